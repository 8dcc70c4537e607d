// Objects whose data live in WebAssembly's memory.
import { OutpostError } from "./errors.js";

const freed = new FinalizationRegistry(({ instance, address, free }) => release(instance, address, free));

function release(instance, address, free) {
  if (instance.alive) instance.run((api) => void api[free](address));
}

/** One address in WebAssembly's memory; freed once, by free() or when nothing refers to it any more. */
export class Handle {
  #instance;
  #address;
  #free;
  #what;

  constructor(instance, address, free, what) {
    this.#instance = instance;
    this.#address = address;
    this.#free = free;
    this.#what = what;
    freed.register(this, { instance, address, free }, this);
  }

  get instance() {
    return this.#instance;
  }

  /** The address, for a call on `instance`. */
  on(instance) {
    if (this.#address === undefined) {
      throw new OutpostError("invalid_argument", `This ${this.#what} has been freed`, "use it before calling free()");
    }
    if (instance !== this.#instance) {
      throw new OutpostError("invalid_argument", `This ${this.#what} belongs to another instance`,
        "models move between instances by saveModel() and loadModel()");
    }
    return this.#address;
  }

  free() {
    if (this.#address === undefined) return;
    freed.unregister(this);
    const address = this.#address;
    this.#address = undefined;
    release(this.#instance, address, this.#free);
  }
}
