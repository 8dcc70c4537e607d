/** What kind of thing went wrong. The first ten are the core's; the others belong to this package. */
export type ErrorCode =
  | "invalid_argument" | "invalid_data" | "unsupported" | "not_enough_data" | "corrupt_model" | "schema_mismatch"
  | "not_found" | "io_error" | "out_of_memory" | "cancelled"
  /** The worker ended; with the next call it starts again. */
  | "worker_lost"
  /** A defect: please report it. */
  | "internal";

/** The only error this package rejects with: what went wrong, and what to do about it (may be empty). */
export class OutpostError extends Error {
  constructor(code: ErrorCode, message: string, hint?: string, options?: { cause?: unknown });
  readonly code: ErrorCode;
  readonly hint: string;
}

export interface Progress {
  phase: "reading" | "fitting" | "scoring";
  /** Bytes while reading, else rows or steps. */
  done: number;
  /** 0 where it is not known. */
  total: number;
}

/** Options of every call that may take long. */
export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** Called at most every 50 ms. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** On the calling thread an AbortSignal can only be aborted by onProgress; another thread can set a flag. */
export interface LocalRunOptions extends RunOptions {
  /** Over a SharedArrayBuffer: not 0 in its first element cancels. */
  cancelFlag?: Int32Array | undefined;
}

/** Bytes that can be read again, a piece at a time. read() may give fewer bytes than asked for, none at the end. */
export interface TableSource {
  name?: string;
  size: number;
  read(offset: number, length: number): Uint8Array;
}

/** CSV, TSV, JSON or NDJSON. */
export type TableInput = string | Uint8Array | ArrayBuffer | Blob | TableSource;

export type ColumnType = "numeric" | "categorical" | "boolean" | "timestamp" | "text";

export interface FeatureOptions {
  /** Only these columns, and these in any case. */
  include?: string[] | undefined;
  exclude?: string[] | undefined;
  /** The column that says which rows are anomalies; never a feature. */
  label?: string | undefined;
}

export interface TableOptions extends FeatureOptions {
  /** For messages; default: the file's name. */
  name?: string | undefined;
  /** Default: by content. */
  format?: "csv" | "json" | "ndjson" | undefined;
  /** Default: found among , ; tab | */
  delimiter?: string | undefined;
  header?: boolean | undefined;
  /** Rows with another number of fields: an error (default), or filled with missing cells. */
  raggedRows?: "reject" | "fill" | undefined;
  types?: Record<string, ColumnType> | undefined;
  maxCategories?: number | undefined;
}

export interface ColumnProfile {
  count: number;
  missing: number;
  distinct: number;
  /** False: there are at least `distinct` different values. */
  distinctExact: boolean;
  nonFinite: number;
  beyondFloat32: number;
  distinctLost: number;
  integers: boolean;
  ascending: boolean;
  /** Of finite numbers; of a timestamp in milliseconds since 1970. */
  min: number;
  max: number;
  mean: number;
  standardDeviation: number;
  meanLength: number;
  dominantValue: string;
  dominantCount: number;
  timeBackwards: number;
  timeGaps: number;
  medianStepMs: number;
  typeConflicts: number;
  firstConflictLine: number | null;
  firstConflictValue: string;
  personalData: { kind: string; cells: number }[];
}

export interface Column {
  name: string;
  type: ColumnType;
  /** The type was given, not found. */
  typeGiven: boolean;
  typeReason: string;
  categories: string[];
  decimal: string;
  profile: ColumnProfile;
}

export interface Finding {
  category: "encoding" | "structure" | "types" | "missing" | "duplicates" | "constant" | "range" | "time" | "personal_data";
  severity: "info" | "warning" | "error";
  /** null where it is about the table. */
  column: string | null;
  count: number;
  firstLine: number | null;
  message: string;
  advice: string;
  personalData: string | null;
}

export interface Feature {
  name: string;
  column: string;
  kind: "number" | "boolean" | "category_code" | "hour" | "weekday" | "gap";
  categories: string[];
}

export interface TableInfo {
  readonly name: string;
  readonly rows: number;
  readonly duplicateRows: number;
  readonly columns: Column[];
  readonly findings: Finding[];
  readonly facts: {
    format: "csv" | "json" | "ndjson";
    delimiter: string;
    header: boolean;
    byteOrderMark: boolean;
    raggedRows: number;
    blankLines: number;
    invalidUtf8Cells: number;
  };
  readonly label: string | null;
  readonly features: Feature[];
  readonly leftOut: { column: string; reason: string }[];
  /** Why train() will refuse: no feature is left. */
  readonly unusable: { code: ErrorCode; message: string; hint: string } | null;
}

/** What was learned about a table, and which of its columns become features. The rows stay where they were. */
export class Table implements TableInfo {
  private constructor();
  readonly name: string;
  readonly rows: number;
  readonly duplicateRows: number;
  readonly columns: Column[];
  readonly findings: Finding[];
  readonly facts: TableInfo["facts"];
  readonly label: string | null;
  readonly features: Feature[];
  readonly leftOut: TableInfo["leftOut"];
  readonly unusable: TableInfo["unusable"];
  /** Chooses columns anew; nothing is read again. */
  select(options: FeatureOptions): Promise<this>;
  /** The label column as 0 and 1; null without one. */
  labels(options?: LocalRunOptions): Promise<Uint8Array | null>;
  free(): void;
}

/** Rows of numbers, row-major; NaN is missing. */
export interface MatrixData {
  matrix: Float32Array;
  rows: number;
  cols: number;
  /** Default: c0, c1, ... */
  names?: string[] | undefined;
}

export interface TrainOptions {
  /** Name or id; default: the first of detectors(). */
  detector?: string | undefined;
  parameters?: Record<string, number | string | boolean> | undefined;
  scaling?: "none" | "standard" | "robust" | "minmax" | undefined;
  encoding?: "one_hot" | "frequency" | undefined;
  missingIndicator?: boolean | undefined;
  /** `contamination` alone asks for the method of that name; the default method is mad. */
  threshold?: {
    method?: "contamination" | "mad" | "iqr" | "z" | "knee" | undefined;
    contamination?: number | undefined;
    factor?: number | undefined;
  } | undefined;
  /** A whole number; default 42. */
  seed?: number | undefined;
}

/** One value a row. A higher score is more anomalous; the label is 1 where the score is above the threshold. */
export interface Results {
  scores: Float32Array;
  /** 0 to 1, rank-based: not a frequency. */
  probabilities: Float32Array;
  labels: Uint8Array;
}

export interface ScoreResults extends Results {
  /** Not of the type that the model expects: read as missing. */
  unreadableCells: number;
  /** Categories that the model has never seen. */
  unseenCategories: number;
}

export interface ModelInfo {
  detector: string;
  detectorId: string;
  parameters: Record<string, string>;
  scaling: string;
  threshold: number;
  thresholdMethod: string;
  trainingRows: number;
  memoryBytes: number;
  features: Feature[];
}

/** A fitted model. */
export class Model {
  private constructor();
  readonly info: ModelInfo;
  /** A scorer of up to `rows` (default 1) rows at a time, without copies. */
  prepare(rows?: number): EventScorer;
  free(): void;
}

/**
 * Scores rows in place: the fastest way, for one event at a time. Ask for `features` and the results anew each time:
 * when memory grows, views made before are detached, and the properties give new ones.
 */
export class EventScorer implements Results {
  private constructor();
  readonly rows: number;
  readonly cols: number;
  /** rows x cols, to be written. */
  readonly features: Float32Array;
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
  readonly labels: Uint8Array;
  /** Scores the first `count` (default: all) rows and gives the score of the first. */
  score(count?: number): number;
  free(): void;
}

export interface EvaluateOptions {
  /** Adds precision, recall and F1 of the rows with a score above it. */
  threshold?: number | undefined;
  /** Adds 95 % intervals (bootstrap of 1,000 resamples). */
  intervals?: boolean | undefined;
  seed?: number | undefined;
}

export interface Evaluation {
  rows: number;
  anomalies: number;
  rocAuc: number;
  averagePrecision: number;
  precisionAtN: number;
  precision?: number;
  recall?: number;
  f1?: number;
  rocAucInterval?: [number, number];
  averagePrecisionInterval?: [number, number];
}

export interface Parameter {
  name: string;
  type: "integer" | "real" | "choice" | "boolean";
  default: number | string | boolean;
  min?: number;
  max?: number;
  choices?: string[];
  meaning: string;
}

export interface Detector {
  name: string;
  id: string;
  title: string;
  family: string;
  summary: string;
  goodAt: string;
  badAt: string;
  cost: string;
  reference: string;
  scaling: string;
  online: boolean;
  determinism: "exact" | "close";
  minRows: number;
  parameters: Parameter[];
}

export interface ModelFileInfo extends ModelInfo {
  /** Size of the file. */
  bytes: number;
}

/** Outpost on the calling thread: calls block it until they are done. */
export class LocalOutpost {
  private constructor();
  /** 1 = the build without threads. */
  readonly threads: number;
  /** False once memory ran out: createOutpost() starts again. */
  readonly alive: boolean;
  loadTable(input: TableInput, options?: TableOptions & LocalRunOptions): Promise<Table>;
  /** The results are of the training rows. */
  train(data: Table | MatrixData, options?: TrainOptions & LocalRunOptions): Promise<{ model: Model } & Results>;
  score(model: Model, data: Table | MatrixData, options?: LocalRunOptions): Promise<ScoreResults>;
  evaluate(scores: Float32Array, labels: Uint8Array, options?: EvaluateOptions): Promise<Evaluation>;
  loadModel(bytes: Uint8Array | ArrayBuffer): Promise<Model>;
  /** The bytes of a model file: the same wherever the same data are trained. */
  saveModel(model: Model): Promise<Uint8Array>;
  /** The registry; the first is the default. */
  detectors(): Promise<Detector[]>;
  /** What a model file says about itself. */
  inspect(bytes: Uint8Array | ArrayBuffer): Promise<ModelFileInfo>;
  close(): void;
}

export interface CreateOptions {
  /** "auto" (default): as many as are useful, where SharedArrayBuffer is and the page's own thread is not blocked. */
  threads?: "auto" | false | number | undefined;
  /** Where the WebAssembly is, if not beside this package; of the build that `threads` chooses. */
  wasm?: string | URL | ArrayBuffer | Uint8Array | WebAssembly.Module | undefined;
}

/** Starts an instance; what it holds (tables, models) belongs to it alone. */
export function createOutpost(options?: CreateOptions): Promise<LocalOutpost>;
/** Whether this place allows the build with threads. */
export function threadsAvailable(): boolean;
/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array | ArrayBuffer): Promise<string>;
export const version: string;
