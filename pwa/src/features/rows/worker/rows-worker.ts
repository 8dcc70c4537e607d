// The rows of the file that is looked at: read, ordered, filtered, exported. One file at a time.
import { expose, transfer } from "comlink";
import { argsort } from "../shared/argsort";
import { CsvRows } from "../shared/csv-rows";
import { csvHeader, csvRow, jsonRow } from "../shared/export";
import { JsonRows } from "../shared/json-rows";
import type { RowSource } from "../shared/row-source";
import { type Scored, filterRows } from "../shared/select";
import type { RankedScores, RowsService } from "../shared/service";
import { severityScores } from "../shared/severity";
import { statisticsOf } from "../shared/statistics";
import type { ColumnStatistics, ExportOptions, Query, TableShape } from "../shared/types";
import { toPlain } from "../../engine/shared/errors";
import { bytesOf } from "./bytes";

const keptValues = 48_000_000; // numbers of columns that are kept, 8 bytes each
const rowsAPart = 4096;

interface Open {
  readonly shape: TableShape;
  readonly source: RowSource;
  readonly columns: Map<number, Float64Array>;
  readonly orders: Map<string, Uint32Array>;
  scored: Scored | null;
  statistics: (ColumnStatistics | null)[] | null;
  search: { text: string; found: Uint8Array } | null;
}

let open: Open | null = null;

function opened(): Open {
  if (!open) throw new Error("no file is open");
  return open;
}

function numbers(table: Open, columns: readonly number[]): Float64Array[] {
  const missing = columns.filter((column) => !table.columns.has(column));
  if (missing.length > 0) {
    if ((table.columns.size + missing.length) * table.source.rows > keptValues) table.columns.clear();
    const wanted = columns.filter((column) => !table.columns.has(column));
    table.source.numbers(wanted).forEach((values, i) => table.columns.set(wanted[i] ?? -1, values));
  }
  return columns.map((column) => table.columns.get(column) ?? new Float64Array(0));
}

const isNumber = (table: Open, column: number): boolean =>
  ["numeric", "timestamp"].includes(table.shape.columns[column]?.type ?? "text");

function textOrder(texts: string[], descending: boolean): Uint32Array {
  // One comparison a pair of different texts, however many rows share them; nothing comes last, as NaN does.
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  const ranks = new Map([...new Set(texts)].sort(compare).map((text, i) => [text, text.trim() === "" ? NaN : i]));
  return argsort(Float64Array.from(texts, (text) => ranks.get(text) ?? NaN), descending);
}

function orderOf(table: Open, { sort, descending }: Query): Uint32Array {
  const key = `${sort} ${descending}`;
  let order = table.orders.get(key);
  if (!order) {
    if (sort === "row" || (sort === "score" && !table.scored)) {
      order = Uint32Array.from({ length: table.source.rows }, (_, i) => (descending ? table.source.rows - 1 - i : i));
    } else if (sort === "score") {
      order = argsort(table.scored?.scores ?? new Float32Array(0), descending);
    } else if (isNumber(table, sort)) {
      order = argsort(numbers(table, [sort])[0] ?? new Float64Array(0), descending);
    } else {
      order = textOrder(table.source.texts(sort), descending);
    }
    if (table.orders.size >= 8) table.orders.clear();
    table.orders.set(key, order);
  }
  return order;
}

function found(table: Open, text: string): Uint8Array | null {
  if (text.trim() === "") return null;
  if (table.search?.text !== text) table.search = { text, found: table.source.containing(text) };
  return table.search.found;
}

const service: RowsService = {
  open(file: Blob, shape: TableShape): number {
    open = null;
    const bytes = bytesOf(file);
    const source = shape.format === "csv" ? new CsvRows(bytes, shape) : new JsonRows(bytes, shape);
    open = { shape, source, columns: new Map(), orders: new Map(), scored: null, statistics: null, search: null };
    return source.rows;
  },
  close(): void {
    open = null;
  },
  setScores(scores: Float32Array, probabilities: Float32Array): RankedScores {
    const table = opened();
    table.scored = { scores, probabilities };
    table.orders.clear();
    const sorted = scores.slice().sort();
    return transfer({ sorted, severityScores: severityScores(scores, probabilities) }, [sorted.buffer]);
  },
  select(query: Query): Uint32Array {
    const table = opened();
    const rows = filterRows(orderOf(table, query), query, table.scored, found(table, query.search)).slice();
    return transfer(rows, [rows.buffer]);
  },
  cells(rows: readonly number[]): string[][] {
    const { source } = opened();
    return rows.map((row) => source.cells(row));
  },
  statistics(): (ColumnStatistics | null)[] {
    const table = opened();
    if (!table.statistics) {
      const wanted = table.shape.columns.flatMap((column, i) => (column.type === "numeric" ? [i] : []));
      // In one pass where all may be kept, else column by column.
      if (wanted.length * table.source.rows <= keptValues) numbers(table, wanted);
      table.statistics = table.shape.columns.map((column, i) =>
        column.type === "numeric" ? statisticsOf(numbers(table, [i])[0] ?? new Float64Array(0)) : null);
    }
    return table.statistics;
  },
  exportRows({ format, threshold, order, marks }: ExportOptions): Blob {
    const { source, shape, scored } = opened();
    const marked = new Map(marks);
    const parts: string[] = [format === "csv" ? csvHeader(shape.columns) : "[\n"];
    for (let first = 0; first < order.length; first += rowsAPart) {
      let part = "";
      for (let i = first; i < Math.min(first + rowsAPart, order.length); ++i) {
        const row = order[i] ?? 0;
        const outcome = { row, score: scored?.scores[row] ?? NaN, probability: scored?.probabilities[row] ?? NaN, threshold,
          mark: marked.get(row) };
        if (format === "csv") part += csvRow(source.cells(row), outcome);
        else part += `${i === 0 ? "" : ",\n"}${jsonRow(source.cells(row), shape.columns, outcome)}`;
      }
      parts.push(part);
    }
    if (format === "json") parts.push("\n]\n");
    return new Blob(parts, { type: format === "csv" ? "text/csv;charset=utf-8" : "application/json" });
  },
};

/** Errors cross as plain data. */
function plainErrors<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const method: unknown = Reflect.get(object, name, receiver);
      if (typeof method !== "function") return method;
      return (...given: unknown[]): unknown => {
        try {
          return Reflect.apply(method, object, given);
        } catch (error) {
          throw toPlain(error);
        }
      };
    },
  });
}

expose(plainErrors(service));
