// Scores rows in place: the fastest way from JavaScript, for one event at a time.
import { invalid } from "./errors.js";
import { Handle } from "./handles.js";

/**
 * A buffer of rows in WebAssembly's memory. Ask for `features` (and the results) anew for each event: when memory
 * grows, views made before are detached, and the getters give new ones. Getting one costs nanoseconds.
 */
export class EventScorer {
  #model; // kept: the scorer reads it
  #handle;
  #instance;
  #addresses;
  #views;
  #buffer;
  #call;
  #address;

  /** @internal */
  constructor(model, rows) {
    const { instance } = model.handle;
    this.#model = model;
    this.#instance = instance;
    this.#addresses = instance.run((api) => api.scorerOpen(instance.engine, model.handle.on(instance), rows));
    this.#address = this.#addresses.address;
    this.#handle = new Handle(instance, this.#address, "scorerFree", "scorer");
    this.#call = instance.api._outpost_score;
    this.rows = rows;
    this.cols = model.info.features.length;
  }

  #view() {
    this.#handle.on(this.#instance);
    const { buffer } = this.#instance.memory;
    if (this.#buffer !== buffer) {
      const { features, scores, probabilities, labels } = this.#addresses;
      this.#buffer = buffer;
      this.#views = {
        features: new Float32Array(buffer, features, this.rows * this.cols),
        scores: new Float32Array(buffer, scores, this.rows),
        probabilities: new Float32Array(buffer, probabilities, this.rows),
        labels: new Uint8Array(buffer, labels, this.rows),
      };
    }
    return this.#views;
  }

  get features() {
    return this.#view().features;
  }

  get scores() {
    return this.#view().scores;
  }

  get probabilities() {
    return this.#view().probabilities;
  }

  get labels() {
    return this.#view().labels;
  }

  /** Scores the first `count` rows of `features` and returns the score of the first. */
  score(count = this.rows) {
    this.#handle.on(this.#instance);
    this.#model.handle.on(this.#instance);
    if (!(count >= 1 && count <= this.rows)) throw invalid(`score: count must be from 1 to ${this.rows}`);
    this.#instance.run(() => void this.#call(this.#address, count));
    return this.#view().scores[0];
  }

  free() {
    this.#handle.free();
  }
}
