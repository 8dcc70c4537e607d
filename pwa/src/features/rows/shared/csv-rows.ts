import { type Bytes, cellText, eachField, rowStarts } from "./csv";
import { parseNumber } from "./numbers";
import type { RowSource } from "./row-source";
import type { TableShape } from "./types";

const blockBytes = 4 << 20;
const utf8 = new TextDecoder();

/** Rows of a delimited file: what is kept is where each one begins. */
export class CsvRows implements RowSource {
  readonly rows: number;
  readonly #starts: Float64Array;
  readonly #delimiter: number;

  constructor(private readonly bytes: Bytes, private readonly shape: TableShape) {
    this.#delimiter = shape.delimiter.charCodeAt(0);
    this.#starts = rowStarts(bytes, this.#delimiter, shape.header);
    this.rows = this.#starts.length - 1;
  }

  cells(row: number): string[] {
    const begin = this.#starts[row] ?? 0;
    const bytes = this.bytes.read(begin, (this.#starts[row + 1] ?? begin) - begin);
    const out: string[] = new Array<string>(this.shape.columns.length).fill("");
    eachField(bytes, 0, bytes.length, this.#delimiter, (column, from, to, escaped) => {
      if (column < out.length) out[column] = cellText(bytes, from, to, escaped);
    });
    return out;
  }

  numbers(columns: readonly number[]): Float64Array[] {
    const out = columns.map(() => new Float64Array(this.rows).fill(NaN));
    const wanted: (Float64Array | undefined)[] = [];
    columns.forEach((column, i) => (wanted[column] = out[i]));
    const shapes = this.shape.columns;
    this.#eachRow((row, bytes, begin, end) => {
      eachField(bytes, begin, end, this.#delimiter, (column, from, to, escaped) => {
        const values = wanted[column];
        const shape = shapes[column];
        if (!values || !shape) return;
        values[row] = shape.type === "timestamp" ? Date.parse(cellText(bytes, from, to, escaped).trim())
          : parseNumber(bytes, from, to, shape.decimal === "," ? 44 : 46);
      });
    });
    return out;
  }

  texts(column: number): string[] {
    const out = new Array<string>(this.rows).fill("");
    this.#eachRow((row, bytes, begin, end) => {
      eachField(bytes, begin, end, this.#delimiter, (at, from, to, escaped) => {
        if (at === column) out[row] = cellText(bytes, from, to, escaped);
      });
    });
    return out;
  }

  containing(text: string): Uint8Array {
    const found = new Uint8Array(this.rows);
    const needle = text.toLowerCase();
    this.#eachBlock((first, last, bytes, offset) => {
      const block = utf8.decode(bytes).toLowerCase();
      if (block.length !== bytes.length) { // not plain ASCII: places in the text are not places in the bytes
        for (let row = first; row < last; ++row) {
          const part = bytes.subarray((this.#starts[row] ?? 0) - offset, (this.#starts[row + 1] ?? 0) - offset);
          if (utf8.decode(part).toLowerCase().includes(needle)) found[row] = 1;
        }
        return;
      }
      let row = first;
      for (let at = block.indexOf(needle); at >= 0; at = block.indexOf(needle, at)) {
        while (row + 1 < last && (this.#starts[row + 1] ?? 0) - offset <= at) row += 1;
        found[row] = 1;
        at = (this.#starts[row + 1] ?? 0) - offset; // the rest of this row adds nothing
      }
    });
    return found;
  }

  #eachRow(visit: (row: number, bytes: Uint8Array, begin: number, end: number) => void): void {
    this.#eachBlock((first, last, bytes, offset) => {
      for (let row = first; row < last; ++row) {
        visit(row, bytes, (this.#starts[row] ?? 0) - offset, (this.#starts[row + 1] ?? 0) - offset);
      }
    });
  }

  /** Whole rows, some megabytes at a time. */
  #eachBlock(visit: (first: number, last: number, bytes: Uint8Array, offset: number) => void): void {
    for (let first = 0; first < this.rows;) {
      const offset = this.#starts[first] ?? 0;
      let last = first + 1;
      while (last < this.rows && (this.#starts[last + 1] ?? 0) - offset <= blockBytes) last += 1;
      visit(first, last, this.bytes.read(offset, (this.#starts[last] ?? 0) - offset), offset);
      first = last;
    }
  }
}

