// outpost-wasm: anomaly detection on the calling thread. For a page, see worker.js.
import { LocalOutpost } from "./lib/local.js";
import { Instance, threadCount, threadsAvailable } from "./lib/module.js";
import { OutpostError } from "./lib/errors.js";
import { check } from "./lib/options.js";
import { sha256 } from "./lib/sha256.js";

export { OutpostError, sha256, threadsAvailable };
export { EventScorer } from "./lib/event-scorer.js";
export { LocalOutpost, Model, Table } from "./lib/local.js";
export { version } from "./lib/version.js";

/** Starts an instance; what it holds (tables, models) belongs to it alone. */
export async function createOutpost(options = {}) {
  const { threads, wasm } = check(options, { threads: "any", wasm: "any" }, "createOutpost");
  const count = await threadCount(threads);
  try {
    return new LocalOutpost(await Instance.start(count, wasm));
  } catch (error) {
    // Where nobody asked for threads, their memory must not be what fails.
    if (count === 1 || (threads !== undefined && threads !== "auto")) throw error;
    return new LocalOutpost(await Instance.start(1, wasm));
  }
}
