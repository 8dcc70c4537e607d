// One long call: progress, cancellation, and errors of the caller's own functions.
import { OutpostError, cancelled } from "./errors.js";

/** What a call is doing; `poll` and `reader` are what WebAssembly calls. They never throw. */
export class Run {
  #options;
  #last = -Infinity;
  #failure;

  constructor(options = {}) {
    this.#options = options;
    this.poll = (done, total) => this.#ask("fitting", done, total);
  }

  get #stopped() {
    const { signal, cancelFlag } = this.#options;
    return this.#failure !== undefined || signal?.aborted || (cancelFlag && Atomics.load(cancelFlag, 0) !== 0);
  }

  #ask(phase, done, total) {
    if (this.#options.onProgress && !this.#stopped) {
      const now = performance.now();
      if (now - this.#last >= 50 || done === total) {
        this.#last = now;
        try {
          this.#options.onProgress({ phase, done, total });
        } catch (error) {
          this.#failure = error; // thrown to the caller once WebAssembly has returned
        }
      }
    }
    return Boolean(this.#stopped);
  }

  /** Reports between pieces of work and throws when the caller wants to stop. */
  step(phase, done, total) {
    if (this.#ask(phase, done, total)) throw this.#failure ?? cancelled(this.#options.signal);
  }

  /** Reads a piece of `source` into `memory`; see wasm/src/js_source.hpp for the numbers. */
  read(source, memory, pointer, offset, length) {
    if (this.#ask("reading", offset, source.size)) return -1;
    try {
      const bytes = source.read(offset, Math.min(length, source.size - offset));
      if (!(bytes instanceof Uint8Array) || bytes.length > length) throw new TypeError("read() must give a Uint8Array");
      new Uint8Array(memory.buffer, pointer, length).set(bytes);
      return bytes.length;
    } catch (error) {
      this.#failure = new OutpostError("io_error", `${source.name} could not be read: ${error?.message ?? error}`,
        "the file may have been changed or moved since it was chosen", { cause: error });
      return -2;
    }
  }

  /** Runs `work`; an error of the caller's own functions goes before the one that it led to. */
  attempt(work) {
    if (this.#stopped) throw cancelled(this.#options.signal);
    try {
      return work(this);
    } catch (error) {
      if (this.#failure !== undefined) throw this.#failure;
      if (error?.code === "cancelled") throw cancelled(this.#options.signal);
      throw error;
    }
  }
}
