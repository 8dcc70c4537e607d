// Loads one of the two WebAssembly builds and watches over its life.
import { OutpostError, invalid } from "./errors.js";

export const isNode = typeof process === "object" && typeof process.versions?.node === "string";
const isPage = typeof document === "object";

/** Whether this place allows the build with threads. */
export function threadsAvailable() {
  return typeof SharedArrayBuffer === "function" && (isNode || globalThis.crossOriginIsolated === true);
}

/** How many threads `choice` means here; 1 = the build without threads. */
export async function threadCount(choice) {
  if (choice === false || choice === 1) return 1;
  if (choice === undefined || choice === "auto") {
    // A page may not wait for a thread without spinning, and should not be blocked at all.
    if (!threadsAvailable() || isPage) return 1;
    return Math.min(await processors(), 8);
  }
  if (!Number.isSafeInteger(choice) || choice < 1 || choice > 64) {
    throw invalid("threads must be 'auto', false, or a whole number from 1 to 64");
  }
  if (!threadsAvailable()) {
    throw new OutpostError("unsupported", "Threads need SharedArrayBuffer, which this page does not have",
      "serve the page with COOP and COEP headers (crossOriginIsolated), or leave out the option 'threads'");
  }
  return choice;
}

async function processors() {
  if (!isNode) return navigator.hardwareConcurrency ?? 1;
  const { availableParallelism, cpus } = await import("node:os");
  return availableParallelism ? availableParallelism() : cpus().length;
}

const compiled = new Map(); // of the default files: compiled once however often an instance is started

async function compile(url) {
  if (isNode && url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new OutpostError("io_error", `${url} could not be fetched: status ${response.status}`);
  // A server that does not know the type application/wasm costs streaming, no more.
  if (WebAssembly.compileStreaming && response.headers.get("content-type") === "application/wasm") {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

async function moduleOf(wasm, name) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) return WebAssembly.compile(wasm);
  if (wasm !== undefined) return compile(new URL(wasm, globalThis.location?.href));
  if (!compiled.has(name)) {
    const loading = name === "outpost" ? compile(new URL("../wasm/outpost.wasm", import.meta.url))
      : compile(new URL("../wasm/outpost-threads.wasm", import.meta.url));
    loading.catch(() => compiled.delete(name));
    compiled.set(name, loading);
  }
  return compiled.get(name);
}

/** The instance: functions of the glue (`api`), its memory, and whether it still works. */
export class Instance {
  #death;

  static async start(threads, wasm) {
    const name = threads > 1 ? "outpost-threads" : "outpost";
    try {
      const module = await moduleOf(wasm, name);
      const instance = new Instance();
      await instance.#boot(module, name, threads);
      return instance;
    } catch (error) {
      if (error instanceof OutpostError) throw error;
      // Reserving memory (shared memory at its full size) is what fails here.
      const code = error instanceof RangeError ? "out_of_memory" : "unsupported";
      throw new OutpostError(code, `The WebAssembly module could not be started: ${error?.message ?? error}`,
        code === "out_of_memory" ? "close other tabs, or use the option threads: false"
          : "a browser or Node.js with WebAssembly SIMD is needed, and script-src 'wasm-unsafe-eval' in a strict CSP",
        { cause: error });
    }
  }

  async #boot(module, name, threads) {
    // Written out, so that bundlers find both files.
    const factory = name === "outpost" ? await import("../wasm/outpost.js") : await import("../wasm/outpost-threads.js");
    let memory;
    let refuse;
    const refused = new Promise((_, reject) => (refuse = reject));
    const findMemory = (object) => Object.values(object).find((value) => value instanceof WebAssembly.Memory);
    const start = () => Promise.race([refused, factory.default({
      threads: threads - 1, // workers to have ready: the calling thread works as well
      onAbort: (reason) => this.#die(reason),
      print: () => {},
      printErr: () => {},
      instantiateWasm: (imports, receive) => {
        WebAssembly.instantiate(module, imports).then((instance) => {
          memory = findMemory(instance.exports) ?? Object.values(imports).map(findMemory).find(Boolean);
          receive(instance, module);
        }).catch(refuse);
        return {};
      },
    })]);
    this.api = isNode && threads > 1 ? await (await import("./node-threads.js")).withWorkers(start) : await start();
    this.memory = memory;
    this.engine = this.api.engineOpen(threads);
    this.threads = this.api.engineThreads(this.engine);
  }

  get alive() {
    return this.#death === undefined;
  }

  #die(reason) {
    if (this.#death) return;
    this.#death = reason === "out of memory"
      ? new OutpostError("out_of_memory", "There is not enough memory for this",
          "use fewer rows or columns; createOutpost() starts again: what this instance held is gone")
      : new OutpostError("internal", `The WebAssembly instance failed${reason ? `: ${reason}` : ""}`,
          "createOutpost() starts again: what this instance held is gone");
    this.api?.PThread?.terminateAllThreads(); // they would keep the memory
  }

  close() {
    this.#die();
    this.#death = invalid("This instance has been closed", "createOutpost() starts another");
  }

  /** Runs work on the instance and reads its JSON. An instance that fails is dead: its memory cannot be trusted. */
  run(work) {
    if (this.#death) throw this.#again();
    let result;
    try {
      result = work(this.api);
    } catch (error) {
      if (error instanceof OutpostError) throw error;
      this.#die(error?.message);
      throw this.#death;
    }
    if (typeof result !== "string") return result;
    const { error, ...value } = JSON.parse(result);
    if (error) throw new OutpostError(error.code, error.message, error.hint);
    return value;
  }

  /** A new error each time, so that its stack is the caller's. */
  #again() {
    return new OutpostError(this.#death.code, this.#death.message, this.#death.hint);
  }

  array(Type, address, length) {
    return new Type(this.memory.buffer, address, length);
  }
}
