import type { Progress } from "outpost-wasm";

export interface Seen {
  readonly phase: Progress["phase"];
  /** 0 to 1; null where the end is not known. */
  readonly share: number | null;
  /** Of this phase; null where too little has been seen. */
  readonly secondsLeft: number | null;
}

/** Turns progress reports into a share and the time left, from the pace of the phase so far. */
export function progressMeter(now: () => number): (progress: Progress) => Seen {
  let phase: Progress["phase"] | undefined;
  let began = 0;
  let first = 0;
  return (progress) => {
    if (progress.phase !== phase) {
      phase = progress.phase;
      began = now();
      first = progress.done;
    }
    const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
    const elapsed = (now() - began) / 1000;
    const done = progress.done - first;
    const enough = share !== null && elapsed >= 0.5 && done > 0;
    return { phase: progress.phase, share, secondsLeft: enough ? ((progress.total - progress.done) * elapsed) / done : null };
  };
}
