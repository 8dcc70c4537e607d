// outpost-wasm/worker: the same interface, with the work in a worker that is started again when it fails.
import { OutpostError, cancelled, fromPlain, invalid } from "./lib/errors.js";
import { spawn } from "./lib/spawn.js";
import { isMatrix, checkMatrix, tableOptions, trainOptions, featureOptions, evaluateOptions, check, runShape } from "./lib/options.js";

export { OutpostError };

const graceMs = 1000; // for a flag to be seen before the worker is ended

const dropped = new FinalizationRegistry(({ link, key }) => link.forget(key));

/** The part of an object that both the client and the registry above may hold. */
class Remote {
  #freed = false;

  constructor(link, key, what) {
    this.link = link;
    this.key = key;
    this.what = what;
    Object.defineProperties(this, { link: { enumerable: false }, key: { enumerable: false }, what: { enumerable: false } });
    dropped.register(this, { link, key }, this);
  }

  /** @internal */
  on(link) {
    if (this.#freed) throw invalid(`This ${this.what} has been freed`, "use it before calling free()");
    if (link !== this.link) throw invalid(`This ${this.what} belongs to another worker`);
    return { key: this.key };
  }

  free() {
    if (this.#freed) return;
    this.#freed = true;
    dropped.unregister(this);
    this.link.forget(this.key);
  }
}

export class WorkerTable extends Remote {
  /** @internal */
  constructor(link, key, described) {
    super(link, key, "table");
    Object.assign(this, described);
  }

  async select(options) {
    featureOptions(options);
    const table = this.on(this.link);
    Object.assign(this, await this.link.call("select", { table, options }));
    const kept = this.link.kept.get(this.key);
    if (kept) kept.selection = options;
    return this;
  }

  async labels(options) {
    return this.link.call("labels", { table: this.on(this.link) }, check(options, runShape, "labels"));
  }
}

export class WorkerModel extends Remote {
  /** @internal */
  constructor(link, key, info) {
    super(link, key, "model");
    this.info = info;
  }
}

/** Calls to the worker: one runs, the others wait. */
class Link {
  #options;
  #create;
  #worker;
  #starting;
  #present = new Set(); // keys that this worker has
  #forget = [];
  #queue = [];
  #running;
  #lastId = 0;
  #closed = false;
  kept = new Map(); // key -> how to make the object again
  lost = new Set(); // keys of what cannot be made again
  threads = 1;

  constructor({ create, ...options }) {
    this.#options = options;
    this.#create = create;
  }

  key() {
    return ++this.#lastId;
  }

  forget(key) {
    this.kept.delete(key);
    this.lost.delete(key);
    if (this.#present.delete(key)) this.#forget.push(key);
  }

  keep(key, recipe) {
    this.#present.add(key);
    if (recipe) this.kept.set(key, recipe);
  }

  call(method, args, { signal, onProgress } = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(invalid("This worker has been closed", "createWorker() starts another"));
      if (signal?.aborted) return reject(cancelled(signal));
      const call = { id: ++this.#lastId, method, args, transfer, onProgress, signal };
      const abort = () => this.#abort(call);
      call.settle = (finish, value) => {
        signal?.removeEventListener("abort", abort);
        clearTimeout(call.timer);
        finish(value);
      };
      call.resolve = (value) => call.settle(resolve, value);
      call.reject = (error) => call.settle(reject, error);
      signal?.addEventListener("abort", abort);
      this.#queue.push(call);
      this.#next();
    });
  }

  start() {
    this.#starting ??= this.#begin().catch((error) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #begin() {
    let onStarted;
    const started = new Promise((resolve, reject) => (onStarted = { resolve, reject }));
    const worker = await spawn(this.#create, (message) => {
      if (message.id === 0) {
        if (message.error) onStarted.reject(fromPlain(message.error));
        else onStarted.resolve(message.result);
      } else {
        this.#receive(message);
      }
    }, (reason) => {
      onStarted.reject(new OutpostError("worker_lost", `The worker could not be started: ${reason}`,
        "see whether the files of outpost-wasm are served, with the right types"));
      this.#gone(reason);
    });
    worker.post({ id: 0, method: "start", args: this.#options });
    this.#worker = worker;
    try {
      this.threads = (await started).threads;
    } catch (error) {
      worker.stop();
      throw error;
    }
  }

  /** What the call needs and this worker does not have any more. */
  #restore(args) {
    const recipes = [];
    for (const reference of [args?.table, args?.model, args?.data]) {
      const key = reference?.key;
      if (key === undefined || this.#present.has(key)) continue;
      if (!this.kept.has(key)) {
        throw new OutpostError("worker_lost", "This table was lost when the worker had to be started again",
          "load it again; without the option 'transfer' it would have been kept");
      }
      recipes.push({ key, ...this.kept.get(key) });
    }
    return recipes;
  }

  async #next() {
    if (this.#running || this.#queue.length === 0) return;
    const call = (this.#running = this.#queue.shift());
    try {
      await this.start();
      if (this.#running !== call) return; // it was cancelled meanwhile
      const restore = this.#restore(call.args);
      call.flag = typeof SharedArrayBuffer === "function" && call.signal ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
      const { id, method, args, flag } = call;
      this.#worker.busy(true);
      this.#worker.post({ id, method, args, restore, flag, forget: this.#forget.splice(0), progress: Boolean(call.onProgress) },
        call.transfer);
      call.restoring = restore.map(({ key }) => key);
    } catch (error) {
      if (this.#running !== call) return;
      this.#running = undefined;
      call.reject(error instanceof OutpostError ? error : invalid(`This cannot be sent to a worker: ${error?.message ?? error}`));
      this.#next();
    }
  }

  #receive({ id, result, error, dead, progress }) {
    const call = this.#running;
    if (call?.id !== id) return;
    if (progress) {
      try {
        call.onProgress(progress);
      } catch (failure) {
        this.#end(failure);
      }
      return;
    }
    this.#running = undefined;
    this.#worker.busy(false);
    if (dead) {
      this.#discard();
    } else {
      for (const key of call.restoring) this.#present.add(key);
    }
    if (error) call.reject(error.code === "cancelled" ? cancelled(call.signal) : dead ? this.#hinted(error) : fromPlain(error));
    else call.resolve(result);
    this.#next();
  }

  #hinted({ code, message }) {
    return new OutpostError(code, message, code === "out_of_memory"
      ? "use fewer rows or columns; the worker starts again by itself" : "the worker starts again by itself");
  }

  #abort(call) {
    const place = this.#queue.indexOf(call);
    if (place >= 0) {
      this.#queue.splice(place, 1);
      call.reject(cancelled(call.signal));
    } else if (this.#running === call) {
      if (!call.flag) return this.#end(cancelled(call.signal));
      Atomics.store(call.flag, 0, 1);
      call.timer = setTimeout(() => this.#running === call && this.#end(cancelled(call.signal)), graceMs);
    }
  }

  /** Ends the worker and with it the running call. */
  #end(error) {
    const call = this.#running;
    this.#running = undefined;
    this.#discard();
    call?.reject(error);
    this.#next();
  }

  #gone(reason) {
    this.#worker = undefined;
    this.#end(new OutpostError("worker_lost", `The worker ended: ${reason}`,
      "it starts again with the next call; models, and tables that were not transferred, are kept"));
  }

  /** The next call starts another worker. */
  #discard() {
    this.#worker?.stop();
    this.#worker = undefined;
    this.#starting = undefined;
    this.#present.clear();
    this.#forget.length = 0;
  }

  close() {
    this.#closed = true;
    const error = invalid("This worker has been closed", "createWorker() starts another");
    for (const call of this.#queue.splice(0)) call.reject(error);
    this.#end(error);
  }
}

export class WorkerOutpost {
  #link;

  /** @internal */
  constructor(link) {
    this.#link = link;
  }

  get threads() {
    return this.#link.threads;
  }

  async loadTable(input, { transfer, ...options } = {}) {
    const link = this.#link;
    const { signal, onProgress, ...given } = check(options, tableOptions.shape, "loadTable");
    const key = link.key();
    const sent = { name: input?.name, ...given };
    if (sent.name === undefined) delete sent.name;
    const buffer = input instanceof ArrayBuffer ? input : input instanceof Uint8Array ? input.buffer : undefined;
    const described = await link.call("loadTable", { key, input, options: sent }, { signal, onProgress },
      transfer && buffer ? [buffer] : []);
    link.keep(key, transfer && buffer ? undefined : { kind: "table", input, options: sent });
    return new WorkerTable(link, key, described);
  }

  async train(data, { transfer, ...options } = {}) {
    const link = this.#link;
    trainOptions(options);
    const { signal, onProgress, ...given } = options;
    const key = link.key();
    const { model, ...results } = await link.call("train", { key, data: this.#data(data), options: given },
      { signal, onProgress }, transfer && isMatrix(data) ? [data.matrix.buffer] : []);
    return { model: this.#model(key, model), ...results };
  }

  async score(model, data, { transfer, ...options } = {}) {
    const given = check(options, runShape, "score");
    return this.#link.call("score", { model: this.#reference(model, WorkerModel, "model"), data: this.#data(data) }, given,
      transfer && isMatrix(data) ? [data.matrix.buffer] : []);
  }

  async evaluate(scores, labels, options) {
    evaluateOptions(options);
    return this.#link.call("evaluate", { scores, labels, options });
  }

  async loadModel(bytes) {
    const key = this.#link.key();
    return this.#model(key, await this.#link.call("loadModel", { key, bytes }));
  }

  async saveModel(model) {
    this.#reference(model, WorkerModel, "model");
    return this.#link.kept.get(model.key).bytes.slice();
  }

  async detectors() {
    return this.#link.call("detectors");
  }

  async inspect(bytes) {
    return this.#link.call("inspect", { bytes });
  }

  close() {
    this.#link.close();
  }

  #data(data) {
    return isMatrix(data) ? checkMatrix(data) : this.#reference(data, WorkerTable, "table");
  }

  #reference(object, Type, what) {
    if (!(object instanceof Type)) throw invalid(`this is not a ${what} of this worker`);
    return object.on(this.#link);
  }

  #model(key, { info, bytes }) {
    this.#link.keep(key, { kind: "model", bytes });
    return new WorkerModel(this.#link, key, info);
  }
}

/** Starts a worker. */
export async function createWorker(options = {}) {
  const { worker, ...rest } = check(options, { worker: "function", threads: "any", wasm: "any" }, "createWorker");
  const link = new Link({ create: worker, ...rest });
  await link.start();
  return new WorkerOutpost(link);
}
