/** @file What carries out the parts of a command, here or on a cluster: one small contract. */

/** Parts of a command: for each index the words, followed by `--index i --of n`. */
export interface TaskArray {
  /** What the tasks do: names their jobs and logs, and picks their resources. */
  readonly stage: string;
  /** The command, without the program's name. */
  readonly words: readonly string[];
  /** The parts to run; the others are done. */
  readonly indices: readonly number[];
  readonly of: number;
  /** Tasks that must all succeed first; where one fails these are not run. */
  readonly after?: Submission;
}

/** Tasks that were handed over. */
export interface Submission {
  readonly ids: readonly string[];
  readonly tasks: TaskArray;
  /** The file that a task prints into. */
  log(index: number): string;
}

/**
 * Runs tasks. Whether they did what they should is not asked here: the files say so, and no scheduler knows better
 * ({@link completeStages}).
 */
export interface Executor {
  readonly name: string;
  submit(tasks: TaskArray): Promise<Submission>;
  /** Resolves when none of the tasks runs or waits any more, however each has ended. */
  wait(submission: Submission): Promise<void>;
  /** Asks the tasks to stop at a safe place; {@link wait} resolves when they have. */
  cancel(submission: Submission): Promise<void>;
}
