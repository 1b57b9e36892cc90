/** @file How far a run has come, as seen from inside: the library reports, and never prints. */

/** Where long work says what it is doing. */
export interface Progress {
  /** A stage begins: `train`, `evaluate`, … */
  stage(name: string): void;
  /** What is being done now, and how far the stage has come (0 to 1). Called as often as there is something to say. */
  update(message: string, fraction?: number): void;
  /** Something that should stay readable after the stage. */
  note(message: string): void;
}

/** Says nothing. */
export const silentProgress: Progress = { stage() {}, update() {}, note() {} };
