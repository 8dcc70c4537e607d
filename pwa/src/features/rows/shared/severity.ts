import type { Severity } from "./types";

const cuts = [0.7, 0.85, 0.95].map(Math.fround); // the core compares in float32, where 0.7 is another number

/** As core/src/combine/calibration.cpp: rows above the threshold, cut by probability. */
export function severityRank(score: number, probability: number, threshold: number): number {
  if (!(score > threshold)) return 0;
  let rank = 1;
  for (const cut of cuts) if (probability >= cut) rank += 1;
  return rank;
}

/** The least score of each severity from medium on: probability never falls where the score rises. */
export function severityScores(scores: Float32Array, probabilities: Float32Array): number[] {
  const least = cuts.map(() => Infinity);
  for (let row = 0; row < scores.length; ++row) {
    const [score, probability] = [scores[row] ?? 0, probabilities[row] ?? 0];
    for (let i = 0; i < cuts.length && probability >= (cuts[i] ?? 2); ++i) {
      if (score < (least[i] ?? 0)) least[i] = score;
    }
  }
  return least;
}

const names: readonly Severity[] = ["none", "low", "medium", "high", "critical"];
export const severityName = (rank: number): Severity => names[rank] ?? "none";
