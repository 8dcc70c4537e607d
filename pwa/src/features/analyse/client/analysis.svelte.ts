// One file from drop to model. Large arrays are held raw; what is drawn derives from them.
import type { ColumnType, Detector, Evaluation, TableInfo } from "outpost-wasm";
import type { WorkerModel, WorkerTable } from "outpost-wasm/worker";
import { detectors, engine } from "../../engine/client/engine";
import { unlessAborted } from "../../engine/shared/abort";
import { type PlainError, isCancelled, toPlain } from "../../engine/shared/errors";
import { rows, stopRows } from "../../rows/client/rows";
import { type Field, fieldOf, parametersOf } from "../shared/parameters";
import { type Seen, progressMeter } from "../shared/progress";
import { unpacked } from "./open-file";
import { Results } from "./results.svelte";

export type Phase = "start" | "reading" | "ready" | "running" | "done";

export class Analysis {
  phase = $state<Phase>("start");
  error = $state.raw<PlainError | null>(null);
  cancelled = $state(false);
  fileName = $state("");
  table = $state.raw<TableInfo | null>(null);
  progress = $state.raw<Seen | null>(null);
  registry = $state.raw<readonly Detector[]>([]);
  detector = $state.raw<Detector | null>(null);
  fields = $state<Record<string, Field>>({});
  excluded = $state.raw<ReadonlySet<string>>(new Set());
  included = $state.raw<ReadonlySet<string>>(new Set());
  label = $state<string | null>(null);
  results = $state.raw<Results | null>(null);

  #file: File | null = null;
  #handle: WorkerTable | null = null;
  #model: WorkerModel | null = null;
  #types: Record<string, ColumnType> = {};
  #stop: AbortController | null = null;
  #rowsOpen = false;

  readonly parameters = $derived(this.detector ? parametersOf(this.detector, this.fields) : null);

  /** Opens a file, in place of the one before. */
  async open(file: File, label: string | null = null): Promise<void> {
    this.reset();
    this.label = label;
    await this.#read(file, {});
  }

  /** The same file once more, with rows of another length filled or cut. */
  async fillRows(): Promise<void> {
    if (this.#file) await this.#read(this.#file, { raggedRows: "fill" });
  }

  async setType(column: string, type: ColumnType): Promise<void> {
    this.#types = { ...this.#types, [column]: type };
    if (this.#file) await this.#read(this.#file, this.table?.facts.raggedRows ? { raggedRows: "fill" } : {});
  }

  async #read(given: File, options: { raggedRows?: "fill" }): Promise<void> {
    const signal = this.#begin("reading");
    this.fileName = given.name;
    const meter = progressMeter(() => performance.now());
    try {
      const file = await unlessAborted(unpacked(given), signal);
      const outpost = await unlessAborted(engine(), signal);
      const handle = await outpost.loadTable(file, { ...options, types: this.#types, signal,
        onProgress: (progress) => (this.progress = meter(progress)) });
      this.#file = file;
      this.#handle?.free();
      this.#handle = handle;
      if (this.label !== null && !handle.columns.some((column) => column.name === this.label)) this.label = null;
      await this.#select();
      await unlessAborted(this.#openRows(file, handle), signal);
      this.registry = await unlessAborted(detectors(), signal);
      if (!this.detector) this.choose(this.registry[0]);
      this.phase = "ready";
    } catch (error) {
      this.#file = given;
      this.#fail(error, this.table ? "ready" : "start");
    }
  }

  async #openRows(file: File, table: TableInfo): Promise<void> {
    this.#rowsOpen = false;
    const { format, delimiter, header } = table.facts;
    const columns = table.columns.map(({ name, type, decimal }) => ({ name, type, decimal }));
    const found = await rows().open(file, { format, delimiter, header, rows: table.rows, columns });
    this.#rowsOpen = true;
    if (found !== table.rows) {
      throw { code: "internal", message: `${file.name}: ${table.rows} rows for the engine, ${found} for the table`, hint: "" };
    }
  }

  async #select(): Promise<void> {
    if (!this.#handle) return;
    await this.#handle.select({ exclude: [...this.excluded], include: [...this.included], label: this.label ?? undefined });
    this.table = { ...this.#handle };
  }

  /** Takes a column in or leaves it out, whatever the plan would do. */
  async use(column: string, wanted: boolean): Promise<void> {
    const included = new Set(this.included);
    const excluded = new Set(this.excluded);
    if (wanted) excluded.delete(column);
    else excluded.add(column);
    const planned = this.table?.leftOut.some((left) => left.column === column) ?? false;
    if (wanted && planned && !this.excluded.has(column)) included.add(column);
    else included.delete(column);
    await this.#choose({ included, excluded, label: this.label });
  }

  async setLabel(label: string | null): Promise<void> {
    await this.#choose({ included: this.included, excluded: this.excluded, label });
  }

  async #choose(next: { included: ReadonlySet<string>; excluded: ReadonlySet<string>; label: string | null }): Promise<void> {
    const before = { included: this.included, excluded: this.excluded, label: this.label };
    Object.assign(this, next);
    this.error = null;
    try {
      await this.#select();
    } catch (error) {
      Object.assign(this, before);
      this.error = toPlain(error);
    }
  }

  choose(detector: Detector | undefined): void {
    this.detector = detector ?? null;
    this.fields = Object.fromEntries((detector?.parameters ?? []).map((parameter) => [parameter.name, fieldOf(parameter)]));
  }

  async run(): Promise<void> {
    const [table, detector, parameters] = [this.#handle, this.detector, this.parameters];
    if (!table || !detector || !parameters) return;
    const signal = this.#begin("running");
    const meter = progressMeter(() => performance.now());
    try {
      const outpost = await engine();
      const { model, scores, probabilities } = await outpost.train(table, { detector: detector.name, parameters, signal,
        onProgress: (progress) => (this.progress = meter(progress)) });
      this.#model?.free();
      this.#model = model;
      const evaluation = await unlessAborted(this.#evaluate(scores), signal);
      // A reading that was cancelled has ended the worker of the rows.
      if (!this.#rowsOpen && this.#file) await unlessAborted(this.#openRows(this.#file, table), signal);
      const ranked = await unlessAborted(rows().setScores(scores, probabilities), signal);
      const info: TableInfo = { ...table };
      this.results = new Results(info, detector, model.info, { scores, probabilities, ...ranked }, evaluation, this.results?.marks);
      this.phase = "done";
    } catch (error) {
      this.#fail(error, "ready");
    }
  }

  async #evaluate(scores: Float32Array): Promise<Evaluation | null> {
    const labels = this.label === null ? null : await this.#handle?.labels();
    if (!labels) return null;
    try {
      return await (await engine()).evaluate(scores, labels);
    } catch {
      return null; // a column of one kind only says nothing about the ranking
    }
  }

  async modelFile(): Promise<Blob | null> {
    if (!this.#model) return null;
    const bytes = await (await engine()).saveModel(this.#model);
    return new Blob([Uint8Array.from(bytes)], { type: "application/octet-stream" });
  }

  cancel(): void {
    this.#stop?.abort();
    if (this.phase === "reading") this.#endRows();
  }

  #endRows(): void {
    stopRows();
    this.#rowsOpen = false;
  }

  /** From the results back to columns and detector. */
  back(): void {
    this.phase = "ready";
  }

  reset(): void {
    this.#stop?.abort();
    this.#endRows();
    this.#handle?.free();
    this.#model?.free();
    this.#file = this.#handle = this.#model = null;
    this.#types = {};
    this.table = null;
    this.results = null;
    this.error = null;
    this.cancelled = false;
    this.excluded = new Set();
    this.included = new Set();
    this.label = null;
    this.phase = "start";
  }

  #begin(phase: Phase): AbortSignal {
    this.#stop?.abort();
    this.#stop = new AbortController();
    this.error = null;
    this.cancelled = false;
    this.progress = null;
    this.phase = phase;
    return this.#stop.signal;
  }

  #fail(error: unknown, phase: Phase): void {
    const plain = toPlain(error);
    // A newer call has begun: this one's end is no news.
    if (isCancelled(plain) && this.#stop?.signal.aborted === false) return;
    this.phase = phase;
    if (isCancelled(plain)) this.cancelled = true;
    else this.error = plain;
  }
}

/** The page's one analysis; it outlives a look at another screen. */
export const analysis = new Analysis();
