import type { Mark } from "../../rows/shared/types";

interface Change {
  readonly row: number;
  readonly before: Mark | undefined;
}

/** What the user says about rows, with every step back. Notes typed in one go are one step. */
export class Marks {
  all = $state.raw<ReadonlyMap<number, Mark>>(new Map());
  #changes = $state.raw<readonly Change[]>([]);
  #noting: number | null = null;

  get canUndo(): boolean {
    return this.#changes.length > 0;
  }

  get entries(): (readonly [number, Mark])[] {
    return [...this.all];
  }

  #write(row: number, mark: Mark | undefined): void {
    const next = new Map(this.all);
    if (mark) next.set(row, mark);
    else next.delete(row);
    this.all = next;
  }

  set(row: number, mark: Mark | undefined): void {
    this.#noting = null;
    this.#changes = [...this.#changes, { row, before: this.all.get(row) }];
    this.#write(row, mark);
  }

  note(row: number, note: string): void {
    const mark = this.all.get(row);
    if (!mark) return;
    if (this.#noting !== row) this.#changes = [...this.#changes, { row, before: mark }];
    this.#noting = row;
    this.#write(row, { ...mark, note });
  }

  /** Gives the row that is as it was before; null where nothing is left to undo. */
  undo(): number | null {
    const last = this.#changes.at(-1);
    if (!last) return null;
    this.#noting = null;
    this.#changes = this.#changes.slice(0, -1);
    this.#write(last.row, last.before);
    return last.row;
  }
}
