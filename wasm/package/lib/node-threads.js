// Web workers for the build with threads, made of Node.js's worker threads.
import { Worker as NodeWorker } from "node:worker_threads";

/** As much of the web's Worker as Emscripten uses. */
export class WebWorker {
  constructor(url) {
    this.thread = new NodeWorker(new URL("./node-thread.js", import.meta.url), { workerData: String(url) });
    this.thread.on("message", (data) => this.onmessage?.({ data }));
    this.thread.on("exit", () => this.onexit?.());
    this.thread.on("error", (error) => this.onerror?.({ message: error.message, filename: String(url), lineno: 0 }));
  }

  postMessage(message, transfer) {
    this.thread.postMessage(message, transfer);
  }

  /** Whether the process goes on while this worker lives. */
  keepAlive(working) {
    if (working) this.thread.ref();
    else this.thread.unref();
  }

  terminate() {
    this.thread.terminate();
  }
}

/** Runs `start` while there is a global Worker; the threads it starts do not keep the process from ending. */
export async function withWorkers(start) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
  const started = [];
  class CountedWorker extends WebWorker {
    constructor(url) {
      super(url);
      started.push(this.thread);
    }
  }
  Object.defineProperty(globalThis, "Worker", { value: CountedWorker, configurable: true, writable: true });
  try {
    return await start();
  } finally {
    if (before) Object.defineProperty(globalThis, "Worker", before);
    else delete globalThis.Worker;
    for (const thread of started) thread.unref();
  }
}
