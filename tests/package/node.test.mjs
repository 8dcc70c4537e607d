// The package in Node.js: this one runs under Node 24 and under the system's.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "./support/harness.mjs";
import { packageModule, program, sample } from "./support/paths.mjs";
import { abortStory, badInput, everyDetector, mainStory, makeMatrix, outOfMemory, twoAtOnce } from "./stories.mjs";

globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const { createOutpost, OutpostError, sha256 } = await packageModule("index.js");
const { createWorker } = await packageModule("worker.js");
const { fileSource } = await packageModule("node.js");
const where = `Node ${process.versions.node}`;
const expected = { rows: 2513, features: 18, trainingScores: 2513, inRange: true, labelsFollowThreshold: true };

const scratch = mkdtempSync(join(tmpdir(), "outpost-package-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** SHA-256 of the model that the native program trains on the same file. */
async function nativeModel(detector) {
  const file = join(scratch, `${detector}.onnx`);
  const run = spawnSync(program, ["train", sample, "--exclude", "label", "--detector", detector, "-o", file, "--quiet"]);
  assert.equal(run.status, 0, String(run.stderr));
  return sha256(readFileSync(file));
}

const local = await createOutpost({ threads: false });
const detectors = await local.detectors();

await test(`${where}: train, save, load and score`, async () => {
  const story = await mainStory(local, readFileSync(sample));
  for (const [name, value] of Object.entries(expected)) assert.equal(story[name], value, name);
  assert.equal(story.sameAfterLoading, story.scoreSha256);
  assert.deepEqual(story.leftOut, ["timestamp", "label"]);
  assert.ok(story.phases.includes("reading") && story.phases.includes("fitting"), String(story.phases));
});

for (const { name } of detectors) {
  await test(`${where}: ${name} gives the native program's model file, byte for byte`, async () => {
    assert.equal((await mainStory(local, readFileSync(sample), name)).sha256, await nativeModel(name));
  });
}

await test(`${where}: detectors() is the registry`, () => {
  assert.deepEqual(detectors.map(({ name }) => name), ["iforest", "ecod", "hbos", "knn", "lof", "pca"]);
  const trees = detectors[0].parameters.find(({ name }) => name === "n_estimators");
  assert.deepEqual([trees.type, trees.default, trees.min], ["integer", 100, 1]);
});

await test(`${where}: threads and the worker give the same models and scores`, async () => {
  const alone = await everyDetector(local);
  const threaded = await createOutpost({ threads: 3 });
  const worker = await createWorker({ threads: 2 });
  try {
    assert.equal(threaded.threads, 3);
    assert.equal(worker.threads, 2);
    assert.deepEqual(await everyDetector(threaded), alone);
    assert.deepEqual(await everyDetector(worker), alone);
    assert.equal((await mainStory(worker, readFileSync(sample))).sha256, await nativeModel("iforest"));
  } finally {
    threaded.close();
    worker.close();
  }
});

await test(`${where}: evaluate agrees with the definition of ROC-AUC`, async () => {
  const scores = Float32Array.of(1, 3, 2, 5, 4, 2);
  const labels = Uint8Array.of(0, 1, 0, 1, 0, 1);
  let better = 0;
  for (let i = 0; i < 6; i += 1) {
    for (let j = 0; j < 6; j += 1) {
      if (labels[i] === 1 && labels[j] === 0) better += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  const result = await local.evaluate(scores, labels, { threshold: 2.5, intervals: true });
  assert.equal(result.rocAuc, better / 9);
  assert.deepEqual([result.anomalies, result.precision, result.recall], [3, 2 / 3, 2 / 3]);
  assert.ok(result.rocAucInterval[0] <= result.rocAuc && result.rocAuc <= result.rocAucInterval[1]);
});

await test(`${where}: a label column is read and never a feature`, async () => {
  const table = await local.loadTable(readFileSync(sample), { label: "label" });
  const labels = await table.labels();
  assert.equal(labels.length, table.rows);
  assert.ok(!table.features.some(({ column }) => column === "label"));
  const truth = readFileSync(sample, "utf8").trim().split("\n").slice(1).map((line) => Number(line.split(",").at(-1)));
  assert.deepEqual([...labels], truth);
  await table.select({ include: ["cpu_user_pct", "mem_dirty_mb"] });
  assert.deepEqual(table.features.map(({ name }) => name), ["cpu_user_pct", "mem_dirty_mb"]);
  assert.equal(await table.labels(), null);
});

await test(`${where}: a file is read a piece at a time, JSON as well as CSV`, async () => {
  const file = fileSource(sample);
  const table = await local.loadTable(file, { exclude: ["label"] });
  assert.equal(table.name, "host-metrics.csv");
  assert.equal(table.rows, 2513);
  file.close();
  await assert.rejects(local.train(table), { code: "io_error" });
  const json = await local.loadTable('[{"a":1,"b":"x"},{"a":2,"b":"y"},{"a":3,"b":"x"}]');
  assert.deepEqual([json.facts.format, json.rows, json.columns.map(({ type }) => type).join()], ["json", 3, "numeric,categorical"]);
  await assert.rejects(async () => fileSource(join(scratch, "none.csv")), { code: "not_found" });
});

await test(`${where}: events scored in place have the scores of the batch, whatever memory does`, async () => {
  const data = makeMatrix(200, 5);
  const { model } = await local.train(data);
  const { scores, probabilities, labels } = await local.score(model, data);
  const scorer = model.prepare();
  for (let row = 0; row < 200; row += 1) {
    if (row === 100) await local.train(makeMatrix(400_000, 20)); // memory grows: earlier views are detached
    scorer.features.set(data.matrix.subarray(row * 5, row * 5 + 5));
    assert.equal(scorer.score(), scores[row]);
    assert.deepEqual([scorer.probabilities[0], scorer.labels[0]], [probabilities[row], labels[row]]);
  }
  scorer.free();
  assert.throws(() => scorer.score(), { code: "invalid_argument" });
});

await test(`${where}: what is wrong is said, with what to do`, async () => {
  const worker = await createWorker();
  for (const outpost of [local, worker]) {
    const found = await badInput(outpost);
    const codes = { png: "unsupported", noise: "invalid_data", empty: "invalid_data", ragged: "invalid_data",
      noModel: "corrupt_model", cutModel: "corrupt_model", damagedModel: "corrupt_model", detector: "not_found",
      parameter: "invalid_argument", option: "invalid_argument", column: "not_found", columns: "schema_mismatch",
      width: "schema_mismatch", size: "invalid_argument", freed: "invalid_argument" };
    for (const [name, code] of Object.entries(codes)) {
      assert.equal(found[name]?.name, "OutpostError", `${name}: ${JSON.stringify(found[name])}`);
      assert.ok([code, name === "png" ? "invalid_data" : code].includes(found[name].code), `${name}: ${JSON.stringify(found[name])}`);
      assert.ok(found[name].message.length > 10, name);
    }
    assert.match(found.detector.hint, /iforest/);
    assert.match(found.column.hint, /alpha/);
  }
  worker.close();
});

await test(`${where}: cancelled by onProgress, by a flag, and before it begins`, async () => {
  const stop = new AbortController();
  const data = makeMatrix(50_000, 10);
  await assert.rejects(local.train(data, { signal: stop.signal, onProgress: () => stop.abort() }), { code: "cancelled" });
  await assert.rejects(local.train(data, { signal: AbortSignal.abort() }), { code: "cancelled" });
  const cancelFlag = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  await assert.rejects(local.train(data, { cancelFlag }), { code: "cancelled" });
  await assert.rejects(local.train(data, { onProgress: () => { throw new RangeError("mine"); } }), RangeError);
  assert.equal((await local.train(data)).scores.length, 50_000);
});

await test(`${where}: an abort ends a training in the worker, which goes on with the next`, async () => {
  const worker = await createWorker();
  const { error, ms, afterwards } = await abortStory(worker);
  assert.equal(error?.code, "cancelled");
  assert.ok(ms < 5000, `${ms} ms`);
  assert.equal(afterwards, 500);
  worker.close();
});

await test(`${where}: two trainings at once both finish; a waiting call can be cancelled`, async () => {
  const worker = await createWorker();
  assert.deepEqual(await twoAtOnce(worker), { first: 20_000, last: "hbos", waiting: "cancelled" });
  worker.close();
});

for (const threads of [1, 3]) {
  await test(`${where}: out of memory with ${threads} thread${threads > 1 ? "s" : ""} is an error, and a new instance works`, async () => {
    const small = await createOutpost({ threads });
    const rows = 230_000_000;
    await assert.rejects(small.train({ matrix: new Float32Array(rows * 2), rows, cols: 2 }), { code: "out_of_memory" });
    assert.equal(small.alive, false);
    await assert.rejects(small.detectors(), { code: "out_of_memory" });
    const next = await createOutpost({ threads });
    assert.equal((await next.loadTable("a,b\n1,2\n2,1\n")).rows, 2);
    next.close();
  });
}

await test(`${where}: the worker survives out of memory with its models`, async () => {
  const worker = await createWorker();
  const { errors, afterwards } = await outOfMemory(worker);
  assert.deepEqual(errors.map((error) => error?.code), ["out_of_memory", "out_of_memory"], JSON.stringify(errors));
  assert.equal(afterwards, 10);
  worker.close();
  await assert.rejects(worker.detectors(), { code: "invalid_argument" });
});

await test(`${where}: what an instance held and dropped is given back`, async () => {
  const { model } = await local.train(makeMatrix(100, 3));
  const other = await createOutpost({ threads: false });
  await assert.rejects(other.score(model, makeMatrix(5, 3)), (error) => error instanceof OutpostError && error.code === "invalid_argument");
  for (let i = 0; i < 40; i += 1) {
    const table = await other.loadTable(readFileSync(sample), { exclude: ["label"] });
    const result = await other.train(table, { detector: "knn" });
    result.model.free();
    table.free();
  }
  const scorer = (await other.train(makeMatrix(100, 3))).model.prepare(1000);
  assert.ok(scorer.features.buffer.byteLength < 64 << 20, `${scorer.features.buffer.byteLength} bytes`);
  other.close();
});

finish();
