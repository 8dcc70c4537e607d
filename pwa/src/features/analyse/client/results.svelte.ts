import type { Detector, Evaluation, ModelInfo, TableInfo } from "outpost-wasm";
import { toPlain } from "../../engine/shared/errors";
import { rows } from "../../rows/client/rows";
import { severityRank } from "../../rows/shared/severity";
import type { RankedScores } from "../../rows/shared/service";
import type { ColumnStatistics, SortKey } from "../../rows/shared/types";
import { countAbove } from "../shared/threshold";
import { Marks } from "./marks.svelte";

export type Show = "all" | "odd" | "marked";

interface Scores extends RankedScores {
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
}

/** The outcome of a run and the view of it: threshold, order, filters, the row that is looked at. */
export class Results {
  readonly marks: Marks;
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
  readonly sorted: Float32Array;
  readonly severityScores: readonly number[];
  threshold = $state(0);
  sort = $state<SortKey>("score");
  descending = $state(true);
  search = $state("");
  show = $state<Show>("all");
  minSeverity = $state(0);
  /** Rows in the order shown; replaced whole. */
  order = $state.raw<Uint32Array>(new Uint32Array(0));
  updating = $state(false);
  /** Place in `order` of the row that the keyboard is on. */
  active = $state(0);
  openRow = $state<number | null>(null);
  statistics = $state.raw<readonly (ColumnStatistics | null)[] | null>(null);
  problem = $state<string | null>(null);

  readonly flagged = $derived.by(() => countAbove(this.sorted, this.threshold));
  readonly filtered = $derived(this.search.trim() !== "" || this.show !== "all" || this.minSeverity > 0);
  #cells = new Map<number, string[]>();
  #fetching = new Set<number>();
  #version = $state(0);
  #again = false;

  constructor(
    readonly table: TableInfo, readonly detector: Detector, readonly model: ModelInfo, scores: Scores,
    readonly evaluation: Evaluation | null, marks: Marks | undefined,
  ) {
    this.scores = scores.scores;
    this.probabilities = scores.probabilities;
    this.sorted = scores.sorted;
    this.severityScores = scores.severityScores;
    this.threshold = model.threshold;
    this.marks = marks ?? new Marks();
    void this.refresh();
  }

  severity(row: number): number {
    return severityRank(this.scores[row] ?? 0, this.probabilities[row] ?? 0, this.threshold);
  }

  /** 1 is the most anomalous; equal scores share a rank. */
  rank(row: number): number {
    return countAbove(this.sorted, this.scores[row] ?? 0) + 1;
  }

  /** Asks for the order anew; while an answer is on its way the latest wish waits, those between are skipped. */
  async refresh(): Promise<void> {
    if (this.updating) {
      this.#again = true;
      return;
    }
    this.updating = true;
    try {
      do {
        this.#again = false;
        const { sort, descending, search, minSeverity, threshold } = this;
        this.order = await rows().select({ sort, descending, search, minSeverity, threshold,
          onlyAnomalies: this.show === "odd", only: this.show === "marked" ? [...this.marks.all.keys()] : null });
        this.active = Math.min(this.active, Math.max(0, this.order.length - 1));
      } while (this.#again);
      this.problem = null;
    } catch (error) {
      this.problem = toPlain(error).message;
    } finally {
      this.updating = false;
    }
  }

  moveThreshold(threshold: number): void {
    this.threshold = threshold;
    if (this.show === "odd" || this.minSeverity > 0) void this.refresh();
  }

  sortBy(key: SortKey): void {
    if (this.sort === key) this.descending = !this.descending;
    else {
      this.sort = key;
      this.descending = key === "score";
    }
    this.active = 0;
    void this.refresh();
  }

  clearFilters(): void {
    this.search = "";
    this.show = "all";
    this.minSeverity = 0;
    void this.refresh();
  }

  /** A row's cells where they are at hand; asks for them where not, and is reactive to their arrival. */
  cells(row: number): readonly string[] | undefined {
    void this.#version;
    return this.#cells.get(row);
  }

  async fetch(wanted: readonly number[]): Promise<void> {
    const missing = wanted.filter((row) => !this.#cells.has(row) && !this.#fetching.has(row));
    if (missing.length === 0) return;
    for (const row of missing) this.#fetching.add(row);
    try {
      const cells = await rows().cells(missing);
      if (this.#cells.size > 5000) this.#cells.clear();
      missing.forEach((row, i) => this.#cells.set(row, cells[i] ?? []));
      this.#version += 1;
    } catch (error) {
      this.problem = toPlain(error).message;
    } finally {
      for (const row of missing) this.#fetching.delete(row);
    }
  }

  async open(place: number): Promise<void> {
    const row = this.order[place];
    if (row === undefined) return;
    this.active = place;
    this.openRow = row;
    await this.fetch([row]);
    try {
      this.statistics ??= await rows().statistics();
    } catch (error) {
      this.problem = toPlain(error).message;
    }
  }

  async export(format: "csv" | "json"): Promise<Blob> {
    return rows().exportRows({ format, threshold: this.threshold, order: this.order, marks: this.marks.entries });
  }
}
