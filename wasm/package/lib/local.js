// Outpost on the calling thread.
import { OutpostError, invalid, throwIfAborted } from "./errors.js";
import { Handle } from "./handles.js";
import { Run } from "./run.js";
import { openSource } from "./source.js";
import * as shapes from "./options.js";
import { EventScorer } from "./event-scorer.js";

const blockRows = 32768; // rows of a matrix that are copied and scored at once

/** What was learned about a table, and which of its columns become features. */
export class Table {
  /** @internal */
  constructor(handle, source, described) {
    const { address, ...facts } = described;
    this.handle = handle;
    this.source = source;
    this.name = source.name;
    Object.assign(this, facts);
    for (const internal of ["handle", "source"]) Object.defineProperty(this, internal, { enumerable: false });
  }

  /** Chooses columns anew; nothing is read again. */
  async select(options) {
    const { instance } = this.handle;
    const given = shapes.featureOptions(options);
    Object.assign(this, instance.run((api) => api.tableSelect(this.handle.on(instance), given)));
    return this;
  }

  /** The label column as 0 and 1; null without one. */
  async labels(options) {
    const { instance } = this.handle;
    const run = new Run(shapes.check(options, shapes.runShape, "labels"));
    const arrays = {};
    run.attempt(() => this.source.during(run, () =>
      instance.run((api) => api.tableLabels(instance.engine, this.handle.on(instance), arrays))));
    return arrays.labels ?? null;
  }

  free() {
    this.handle.free();
  }
}

/** A fitted model. */
export class Model {
  /** @internal */
  constructor(handle, info) {
    this.handle = handle;
    this.info = info;
    Object.defineProperty(this, "handle", { enumerable: false });
  }

  /** A scorer of up to `rows` rows at a time, without copies. */
  prepare(rows = 1) {
    if (!Number.isSafeInteger(rows) || rows < 1) throw invalid("prepare: rows must be a whole number from 1");
    return new EventScorer(this, rows);
  }

  free() {
    this.handle.free();
  }
}

export class LocalOutpost {
  #instance;

  /** @internal */
  constructor(instance) {
    this.#instance = instance;
  }

  get threads() {
    return this.#instance.threads;
  }

  get alive() {
    return this.#instance.alive;
  }

  async loadTable(input, options) {
    const instance = this.#instance;
    const given = shapes.tableOptions(options);
    throwIfAborted(given.signal);
    const source = connect(await openSource(input, given.name), instance);
    const run = new Run(given);
    const described = run.attempt(() => source.during(run, () =>
      instance.run((api) => api.tableOpen(instance.engine, source, given))));
    return new Table(new Handle(instance, described.address, "tableFree", "table"), source, described);
  }

  async train(data, options) {
    const instance = this.#instance;
    const given = shapes.trainOptions(options);
    const run = new Run(options);
    const arrays = {};
    const { address, info } = run.attempt(() => shapes.isMatrix(data) ? this.#trainMatrix(data, given, run, arrays)
      : tableOf(data).source.during(run, () => instance.run((api) =>
          api.tableTrain(instance.engine, data.handle.on(instance), given, run.poll, arrays))));
    return { model: new Model(new Handle(instance, address, "modelFree", "model"), info), ...arrays };
  }

  #trainMatrix(data, given, run, arrays) {
    const instance = this.#instance;
    const { matrix, rows, names } = shapes.checkMatrix(data);
    const held = instance.run((api) => api.rowsOpen(rows, names));
    try {
      instance.array(Float32Array, instance.run((api) => api.rowsData(held)), matrix.length).set(matrix);
      return instance.run((api) => api.rowsTrain(instance.engine, held, given, run.poll, arrays));
    } finally {
      if (instance.alive) instance.run((api) => void api.rowsFree(held));
    }
  }

  async score(model, data, options) {
    const given = shapes.check(options, shapes.runShape, "score");
    const run = new Run(given);
    return run.attempt(() => shapes.isMatrix(data) ? this.#scoreMatrix(modelOf(model), data, run)
      : this.#scoreTable(modelOf(model), tableOf(data), run));
  }

  #scoreMatrix(model, data, run) {
    const { matrix, rows, cols } = shapes.checkMatrix(data);
    model.handle.on(this.#instance);
    const width = model.info.features.length;
    if (cols !== width) {
      throw new OutpostError("schema_mismatch", `The data have ${cols} feature columns; the model was trained on ${width}`);
    }
    const out = results(rows);
    if (rows === 0) return { ...out, unreadableCells: 0, unseenCategories: 0 };
    const scorer = new EventScorer(model, Math.min(rows, blockRows));
    try {
      for (let first = 0; first < rows; first += blockRows) {
        const count = Math.min(blockRows, rows - first);
        run.step("scoring", first, rows);
        scorer.features.set(matrix.subarray(first * cols, (first + count) * cols));
        scorer.score(count);
        out.scores.set(scorer.scores.subarray(0, count), first);
        out.probabilities.set(scorer.probabilities.subarray(0, count), first);
        out.labels.set(scorer.labels.subarray(0, count), first);
      }
      run.step("scoring", rows, rows);
    } finally {
      scorer.free();
    }
    return { ...out, unreadableCells: 0, unseenCategories: 0 };
  }

  #scoreTable(model, table, run) {
    const instance = this.#instance;
    const out = results(table.rows);
    return table.source.during(run, () => {
      const { address: pass } = instance.run((api) =>
        api.passBegin(instance.engine, table.handle.on(instance), model.handle.on(instance)));
      try {
        for (let first = 0; ;) {
          const block = {};
          const { more, ...cells } = instance.run((api) => api.passNext(pass, block));
          if (!more) {
            run.step("scoring", table.rows, table.rows);
            return { ...out, ...cells };
          }
          if (first + block.scores.length > table.rows) {
            throw new OutpostError("invalid_data", `${table.name} has more rows than when it was loaded`, "load it again");
          }
          for (const name of ["scores", "probabilities", "labels"]) out[name].set(block[name], first);
          first += block.scores.length;
          run.step("scoring", first, table.rows);
        }
      } finally {
        if (instance.alive) instance.run((api) => void api.passFree(pass));
      }
    });
  }

  async evaluate(scores, labels, options) {
    const given = shapes.evaluateOptions(options);
    if (!(scores instanceof Float32Array)) throw invalid("evaluate: scores must be a Float32Array");
    if (!(labels instanceof Uint8Array)) throw invalid("evaluate: labels must be a Uint8Array of 0 and 1");
    return this.#instance.run((api) => api.evaluate(scores, labels, given));
  }

  async loadModel(bytes) {
    const instance = this.#instance;
    const loaded = instance.run((api) => api.modelLoad(modelBytes(bytes)));
    return new Model(new Handle(instance, loaded.address, "modelFree", "model"), loaded.info);
  }

  async saveModel(model) {
    const instance = this.#instance;
    return instance.run((api) => api.modelBytes(modelOf(model).handle.on(instance)));
  }

  async detectors() {
    const list = JSON.parse(this.#instance.run((api) => ({ text: api.detectors() })).text);
    for (const { parameters } of list) {
      for (const parameter of parameters) parameter.default = typedDefault(parameter);
    }
    return list;
  }

  async inspect(bytes) {
    const model = await this.loadModel(bytes);
    try {
      return { bytes: bytes.byteLength, ...model.info };
    } finally {
      model.free();
    }
  }

  close() {
    this.#instance.close();
  }
}

/** The registry has defaults as text. */
function typedDefault({ type, default: text }) {
  if (type === "boolean") return text === "true";
  return type === "choice" ? text : Number(text);
}

function modelBytes(bytes) {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  if (bytes instanceof Uint8Array) return bytes;
  throw invalid("a model is read from a Uint8Array or an ArrayBuffer", "new Uint8Array(await file.arrayBuffer())");
}

function modelOf(model) {
  if (model instanceof Model) return model;
  throw invalid("this is not a model of this instance", "train() and loadModel() give one");
}

function tableOf(table) {
  if (table instanceof Table) return table;
  throw invalid("data must be a table from loadTable() or {matrix, rows, cols}");
}

function results(rows) {
  return { scores: new Float32Array(rows), probabilities: new Float32Array(rows), labels: new Uint8Array(rows) };
}

/** The form in which WebAssembly reads the source; `during` says on whose behalf. */
function connect(source, instance) {
  let current;
  return {
    name: source.name,
    size: source.size,
    read: (pointer, offset, length) => current.read(source, instance.memory, pointer, offset, length),
    during(run, work) {
      current = run;
      try {
        return work();
      } finally {
        current = undefined;
      }
    },
  };
}
