// Checks the kind of every option where it enters, and puts it into the form that the WebAssembly side reads.
import { OutpostError, invalid } from "./errors.js";

const kinds = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  count: (value) => Number.isSafeInteger(value) && value >= 0,
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  record: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  function: (value) => typeof value === "function",
  signal: (value) => typeof value?.addEventListener === "function" && typeof value.aborted === "boolean",
  any: () => true,
  flag: (value) => value instanceof Int32Array && value.length > 0,
};
const words = {
  string: "a string", boolean: "true or false", number: "a number", count: "a whole number from 0",
  strings: "a list of strings", record: "an object", function: "a function", signal: "an AbortSignal",
  flag: "an Int32Array",
};

/** Options that every long call takes. */
export const runShape = { signal: "signal", onProgress: "function", cancelFlag: "flag" };
const featureShape = { include: "strings", exclude: "strings", label: "string" };
const tableShape = {
  ...runShape, ...featureShape, name: "string", format: "string", delimiter: "string", header: "boolean",
  raggedRows: "string", types: "record", maxCategories: "count",
};
const trainShape = {
  ...runShape, detector: "string", parameters: "record", scaling: "string", encoding: "string",
  missingIndicator: "boolean", threshold: "record", seed: "count",
};
const thresholdShape = { method: "string", contamination: "number", factor: "number" };

/** Throws for a property that is not in `shape` or of another kind. */
export function check(options, shape, where) {
  if (options === undefined || options === null) return {};
  if (!kinds.record(options)) throw invalid(`${where}: options must be an object`);
  for (const [name, value] of Object.entries(options)) {
    const kind = shape[name];
    if (!kind) throw invalid(`${where}: there is no option '${name}'`, `the options are ${Object.keys(shape).join(", ")}`);
    if (value !== undefined && !kinds[kind](value)) throw invalid(`${where}: option '${name}' must be ${words[kind]}`);
  }
  return options;
}

export function tableOptions(options) {
  const given = check(options, tableShape, "loadTable");
  const types = Object.entries(given.types ?? {});
  if (!types.every(([, type]) => typeof type === "string")) throw invalid("loadTable: types must map columns to strings");
  return { ...given, types: given.types && types };
}

tableOptions.shape = tableShape;

export function featureOptions(options) {
  return check(options, featureShape, "select");
}

export function trainOptions(options) {
  const given = check(options, trainShape, "train");
  const threshold = check(given.threshold, thresholdShape, "train: threshold");
  const parameters = Object.entries(given.parameters ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    detector: given.detector,
    parameters,
    scaling: given.scaling,
    encoding: given.encoding,
    missingIndicator: given.missingIndicator,
    // A share alone asks for the method that takes one, as on the command line.
    thresholdMethod: threshold.method ?? (threshold.contamination === undefined ? undefined : "contamination"),
    contamination: threshold.contamination,
    factor: threshold.factor,
    seed: given.seed,
  };
}

export function evaluateOptions(options) {
  const given = check(options, { threshold: "number", intervals: "boolean", seed: "count" }, "evaluate");
  return {
    threshold: given.threshold,
    resamples: given.intervals ? 1000 : undefined,
    seed: given.seed ?? 42,
  };
}

const memoryBytes = 2 ** 31;

/** {matrix, rows, cols, names?} with everything known. */
export function checkMatrix(data) {
  const { matrix, rows, cols } = data;
  if (!(matrix instanceof Float32Array)) throw invalid("matrix must be a Float32Array", "new Float32Array(rows * cols)");
  if (!kinds.count(rows) || !kinds.count(cols) || rows * cols !== matrix.length) {
    throw invalid(`rows x cols is ${rows} x ${cols}, but the matrix has ${matrix.length} values`,
      "values are row-major: row 0 first");
  }
  if (matrix.byteLength >= memoryBytes) {
    throw new OutpostError("out_of_memory", `${rows} x ${cols} numbers are more than WebAssembly's 2 GB of memory`,
      "use fewer rows or columns");
  }
  const names = data.names ?? Array.from({ length: cols }, (_, column) => `c${column}`);
  if (!kinds.strings(names) || names.length !== cols) throw invalid(`names must be a list of ${cols} strings`);
  if (cols === 0) throw invalid("cols is 0: there is nothing to detect with");
  return { matrix, rows, cols, names };
}

export function isMatrix(data) {
  return typeof data === "object" && data !== null && "matrix" in data;
}
