/** The rows of a file as text, by their place in it. */
export interface RowSource {
  readonly rows: number;
  cells(row: number): string[];
  /** Numbers, timestamps in milliseconds; NaN for what is neither. */
  numbers(columns: readonly number[]): Float64Array[];
  texts(column: number): string[];
  /** 1 where the row contains the text, any case. */
  containing(text: string): Uint8Array;
}
