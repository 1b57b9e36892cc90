/** @file A column of a table as numbers, with what is known of the cells that are none. */

/** One column of a file as numbers: NaN where a value is missing; none at all where the file says that they are no numbers. */
export interface NumberColumn {
  readonly name: string;
  readonly values: Float64Array;
  /** The first cell that is no number, in words that say where it is. */
  readonly text?: string;
  /** True when most cells are no numbers, so that the column is meant as text. */
  readonly isText: boolean;
}
