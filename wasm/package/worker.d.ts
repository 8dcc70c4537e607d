import type {
  Column, CreateOptions, Detector, EvaluateOptions, Evaluation, Feature, FeatureOptions, Finding, MatrixData,
  ModelFileInfo, ModelInfo, Results, RunOptions, ScoreResults, TableInfo, TableOptions, TrainOptions,
} from "./index.js";

export { OutpostError } from "./index.js";

/** As Table of "outpost-wasm"; the table is in the worker. */
export class WorkerTable implements TableInfo {
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
  select(options: FeatureOptions): Promise<this>;
  labels(options?: RunOptions): Promise<Uint8Array | null>;
  free(): void;
}

/** As Model of "outpost-wasm", without prepare(): events are scored where they are, so load the model there. */
export class WorkerModel {
  private constructor();
  readonly info: ModelInfo;
  free(): void;
}

export interface TransferOptions {
  /** Moves the buffer to the worker instead of copying it; the caller's is empty afterwards, and a table is not kept. */
  transfer?: boolean | undefined;
}

/** Outpost in a worker. Calls run one after the other; a failed worker is started again by the next call. */
export class WorkerOutpost {
  private constructor();
  readonly threads: number;
  loadTable(
    input: string | Uint8Array | ArrayBuffer | Blob, options?: TableOptions & RunOptions & TransferOptions,
  ): Promise<WorkerTable>;
  train(
    data: WorkerTable | MatrixData, options?: TrainOptions & RunOptions & TransferOptions,
  ): Promise<{ model: WorkerModel } & Results>;
  score(
    model: WorkerModel, data: WorkerTable | MatrixData, options?: RunOptions & TransferOptions,
  ): Promise<ScoreResults>;
  evaluate(scores: Float32Array, labels: Uint8Array, options?: EvaluateOptions): Promise<Evaluation>;
  loadModel(bytes: Uint8Array | ArrayBuffer): Promise<WorkerModel>;
  saveModel(model: WorkerModel): Promise<Uint8Array>;
  detectors(): Promise<Detector[]>;
  inspect(bytes: Uint8Array | ArrayBuffer): Promise<ModelFileInfo>;
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

export interface WorkerOptions extends Omit<CreateOptions, "wasm"> {
  wasm?: string | ArrayBuffer | Uint8Array | WebAssembly.Module | undefined;
  /** Makes the worker, for bundlers and other origins: a module worker that runs lib/worker-main.js. */
  worker?: (() => Worker) | undefined;
}

/** Starts a worker. */
export function createWorker(options?: WorkerOptions): Promise<WorkerOutpost>;
