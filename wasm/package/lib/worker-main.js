// Runs in the worker: does one call after the other on an instance of its own.
// Protocol: in {id, method, args, restore, forget, flag}; out {id, result} or {id, error, dead}, and {id, progress}.
import { createOutpost } from "../index.js";
import { OutpostError, toPlain } from "./errors.js";

const objects = new Map(); // by the client's keys
let outpost;

function transferable(value, found = []) {
  if (ArrayBuffer.isView(value)) found.push(value.buffer);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) transferable(part, found);
  return found;
}

/** Tables and models cross as {key}. */
function object(reference) {
  return reference && typeof reference === "object" && "key" in reference ? objects.get(reference.key) : reference;
}

async function keepModel(key, model) {
  objects.set(key, model);
  return { info: model.info, bytes: await outpost.saveModel(model) };
}

const described = (table) => ({ ...table });

const methods = {
  start: async (options) => {
    outpost = await createOutpost(options);
    return { threads: outpost.threads };
  },
  loadTable: async ({ key, input, options }, run) => {
    const table = await outpost.loadTable(input, { ...options, ...run });
    objects.set(key, table);
    return described(table);
  },
  select: async ({ table, options }) => described(await object(table).select(options)),
  labels: async ({ table }, run) => object(table).labels(run),
  train: async ({ key, data, options }, run) => {
    const { model, ...results } = await outpost.train(object(data), { ...options, ...run });
    return { model: await keepModel(key, model), ...results };
  },
  score: async ({ model, data }, run) => outpost.score(object(model), object(data), run),
  evaluate: async ({ scores, labels, options }) => outpost.evaluate(scores, labels, options),
  loadModel: async ({ key, bytes }) => keepModel(key, await outpost.loadModel(bytes)),
  detectors: async () => outpost.detectors(),
  inspect: async ({ bytes }) => outpost.inspect(bytes),
};

/** Puts back what an earlier worker held. */
async function restore({ key, kind, input, options, selection, bytes }) {
  if (kind === "model") return methods.loadModel({ key, bytes });
  await methods.loadTable({ key, input, options }, {});
  return selection && methods.select({ table: { key }, options: selection });
}

async function answer({ id, method, args, restore: lost = [], forget = [], flag, progress }) {
  try {
    for (const key of forget) {
      objects.get(key)?.free();
      objects.delete(key);
    }
    for (const each of lost) await restore(each);
    const run = {
      ...(flag && { cancelFlag: flag }),
      ...(progress && { onProgress: (event) => postMessage({ id, progress: event }) }),
    };
    const result = await methods[method](args, run);
    postMessage({ id, result }, transferable(result));
  } catch (error) {
    if (!(error instanceof OutpostError)) console.error(error);
    postMessage({ id, error: toPlain(error), dead: outpost !== undefined && !outpost.alive });
  }
}

let last = Promise.resolve();
globalThis.onmessage = ({ data }) => {
  if (data.lock) {
    // Held until this worker is gone, however that comes about: the client waits for it.
    navigator.locks.request(data.lock, () => new Promise(() => postMessage({ locked: true })));
    return;
  }
  last = last.then(() => answer(data));
};
