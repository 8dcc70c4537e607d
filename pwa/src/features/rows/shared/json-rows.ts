import { type Bytes, rowStarts } from "./csv";
import { numberOf } from "./numbers";
import type { RowSource } from "./row-source";
import type { TableShape } from "./types";

const utf8 = new TextDecoder();

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Objects within objects become columns named a.b, as in the core; arrays stay text. */
function flatten(record: object, prefix: string, out: Map<string, string>): void {
  for (const [key, value] of Object.entries(record)) {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) flatten(value, name, out);
    else out.set(name, textOf(value));
  }
}

function cellsOf(record: unknown, names: readonly string[]): string[] {
  if (Array.isArray(record)) return names.map((_, i) => textOf(record[i]));
  const found = new Map<string, string>();
  if (typeof record === "object" && record !== null) flatten(record, "", found);
  return names.map((name) => found.get(name) ?? "");
}

/** The records of a JSON document: an array, an object with one array of records, or an object of arrays. */
function recordsOf(document: unknown): unknown[] {
  if (Array.isArray(document)) return document;
  if (typeof document !== "object" || document === null) return [];
  const arrays = Object.entries(document).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const nested = arrays.find(([, values]) => typeof values[0] === "object" && values[0] !== null);
  if (nested) return nested[1];
  const length = arrays[0]?.[1].length ?? 0;
  return Array.from({ length }, (_, i) => Object.fromEntries(arrays.map(([name, values]) => [name, values[i]])));
}

/** JSON is kept parsed, one record a line is parsed when asked for. */
export class JsonRows implements RowSource {
  readonly rows: number;
  readonly #names: string[];
  readonly #record: (row: number) => unknown;

  constructor(bytes: Bytes, private readonly shape: TableShape) {
    this.#names = shape.columns.map((column) => column.name);
    if (shape.format === "ndjson") {
      const starts = rowStarts(bytes, null, shape.header && isArrayLine(bytes));
      this.rows = starts.length - 1;
      this.#record = (row) => {
        const begin = starts[row] ?? 0;
        return JSON.parse(utf8.decode(bytes.read(begin, (starts[row + 1] ?? begin) - begin)));
      };
      return;
    }
    const all = recordsOf(JSON.parse(utf8.decode(bytes.read(0, bytes.size))));
    const skip = shape.header && Array.isArray(all[0]) ? 1 : 0;
    this.rows = all.length - skip;
    this.#record = (row) => all[row + skip];
  }

  cells(row: number): string[] {
    return cellsOf(this.#record(row), this.#names);
  }

  numbers(columns: readonly number[]): Float64Array[] {
    const out = columns.map(() => new Float64Array(this.rows));
    for (let row = 0; row < this.rows; ++row) {
      const cells = this.cells(row);
      columns.forEach((column, i) => {
        const text = cells[column] ?? "";
        const value = this.shape.columns[column]?.type === "timestamp" ? Date.parse(text) : numberOf(text);
        const values = out[i];
        if (values) values[row] = value;
      });
    }
    return out;
  }

  texts(column: number): string[] {
    return Array.from({ length: this.rows }, (_, row) => this.cells(row)[column] ?? "");
  }

  containing(text: string): Uint8Array {
    const needle = text.toLowerCase();
    return Uint8Array.from({ length: this.rows }, (_, row) =>
      this.cells(row).some((cell) => cell.toLowerCase().includes(needle)) ? 1 : 0);
  }
}

function isArrayLine(bytes: Bytes): boolean {
  return utf8.decode(bytes.read(0, 64)).trimStart().startsWith("[");
}
