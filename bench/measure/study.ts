/** @file What a study is: a question that experiments with several seeds answer, and no stopwatch. */

export interface Study {
  /** In a sentence that ends in a question mark. */
  readonly question: string;
  /** How many seeds where the command line does not say. */
  readonly seeds: number;
  readonly run: (options: {
    readonly seeds: number;
    readonly note: (line: string) => void;
  }) => Promise<Outcome>;
}

export interface Outcome {
  /** What was found, in lines of Markdown. */
  readonly markdown: readonly string[];
  /** The same as plain data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** SVG documents by name. */
  readonly figures: Readonly<Record<string, string>>;
  /** Documents that are kept in `bench/`, in lines of Markdown by the name of the file without its ending; none without. */
  readonly documents?: Readonly<Record<string, readonly string[]>>;
}
