// What the package is used for, as functions of an instance: they run in Node.js, in pages and in workers' clients, and
// give plain data that the tests compare.

/** Rows of a plane with noise, and some far away; made without Math.random, the same everywhere. */
export function makeMatrix(rows, cols, odd = 5) {
  const matrix = new Float32Array(rows * cols);
  let state = 12345;
  for (let i = 0; i < matrix.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    matrix[i] = state / 2 ** 32;
  }
  for (let row = 0; row < odd; row += 1) matrix.fill(50 + row, row * cols, (row + 1) * cols);
  return { matrix, rows, cols };
}

async function errorOf(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message, hint: error.hint };
  }
}

async function hex(bytes) {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Trains on the sample, saves, loads and scores. */
export async function mainStory(outpost, input, detector = "iforest") {
  const table = await outpost.loadTable(input, { name: "host-metrics.csv", exclude: ["label"] });
  const phases = new Set();
  const { model, scores, labels, probabilities } = await outpost.train(table, {
    detector, onProgress: ({ phase }) => phases.add(phase),
  });
  const bytes = await outpost.saveModel(model);
  const again = await outpost.loadModel(bytes);
  const first = await outpost.score(model, table);
  const second = await outpost.score(again, table);
  const out = {
    rows: table.rows, features: table.features.length, leftOut: table.leftOut.map(({ column }) => column),
    flagged: labels.reduce((sum, label) => sum + label, 0), trainingScores: scores.length,
    inRange: probabilities.every((probability) => probability >= 0 && probability <= 1),
    sha256: await hex(bytes), scoreSha256: await hex(first.scores), sameAfterLoading: await hex(second.scores),
    labelsFollowThreshold: first.scores.every((score, i) => first.labels[i] === (score > model.info.threshold ? 1 : 0)),
    phases: [...phases].sort(),
  };
  for (const each of [model, again, table]) each.free();
  return out;
}

/** Trains every detector on numbers; SHA-256 of the model files. */
export async function everyDetector(outpost) {
  const hashes = {};
  for (const { name } of await outpost.detectors()) {
    const { model } = await outpost.train(makeMatrix(600, 4), { detector: name });
    hashes[name] = await hex(await outpost.saveModel(model));
    model.free();
  }
  return hashes;
}

export async function abortStory(outpost) {
  const data = makeMatrix(200_000, 30);
  const stop = new AbortController();
  const began = performance.now();
  const training = outpost.train(data, { detector: "knn", signal: stop.signal });
  setTimeout(() => stop.abort(), 200);
  const error = await errorOf(training);
  const ms = performance.now() - began;
  const { labels } = await outpost.train(makeMatrix(500, 3));
  return { error, ms, afterwards: labels.length };
}

/** Two trainings at once, with a call between that is cancelled while it waits. */
export async function twoAtOnce(outpost) {
  const stop = new AbortController();
  const data = makeMatrix(20_000, 8);
  const calls = [outpost.train(data, { detector: "iforest" }), outpost.train(data, { signal: stop.signal }),
    outpost.train(data, { detector: "hbos" })];
  stop.abort();
  const [first, waiting, last] = await Promise.all([calls[0], errorOf(calls[1]), calls[2]]);
  return { first: first.scores.length, last: last.model.info.detector, waiting: waiting?.code };
}

/** Numbers that fit in 2 GB but leave no room for work, more than 2 GB of them, then something small. */
export async function outOfMemory(outpost) {
  const model = (await outpost.train(makeMatrix(300, 3))).model;
  const errors = [];
  for (const rows of [230_000_000, 300_000_000]) {
    errors.push(await errorOf(outpost.train({ matrix: new Float32Array(rows * 2), rows, cols: 2 }, { transfer: true })));
  }
  const kept = await outpost.score(model, makeMatrix(10, 3));
  return { errors, afterwards: kept.scores.length };
}

export async function badInput(outpost) {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]);
  const noise = new Uint8Array(4096).map((_, i) => (i * 7919) % 251);
  const model = new Uint8Array(2000).fill(7);
  const table = await outpost.loadTable("a,b\n1,2\n2,1\n3,5\n");
  const fitted = await outpost.train(makeMatrix(50, 3));
  const saved = await outpost.saveModel(fitted.model);
  const damaged = saved.slice();
  damaged.fill(255, damaged.length >> 1);
  return {
    png: await errorOf(outpost.loadTable(png)),
    noise: await errorOf(outpost.loadTable(noise)),
    empty: await errorOf(outpost.loadTable("")),
    ragged: await errorOf(outpost.loadTable("a,b\n1,2\n3\n")),
    noModel: await errorOf(outpost.loadModel(model)),
    cutModel: await errorOf(outpost.loadModel(saved.slice(0, saved.length >> 1))),
    damagedModel: await errorOf(outpost.loadModel(damaged)),
    detector: await errorOf(outpost.train(table, { detector: "iforst" })),
    parameter: await errorOf(outpost.train(table, { parameters: { n_estimators: -3 } })),
    option: await errorOf(outpost.train(table, { detecter: "knn" })),
    column: await errorOf(outpost.loadTable("alpha,beta\n1,2\n2,1\n", { exclude: ["alpa"] })),
    columns: await errorOf(outpost.score(fitted.model, table)),
    width: await errorOf(outpost.score(fitted.model, makeMatrix(5, 2, 0))),
    size: await errorOf(outpost.train({ matrix: new Float32Array(5), rows: 2, cols: 3 })),
    freed: (fitted.model.free(), await errorOf(outpost.saveModel(fitted.model))),
  };
}

/** 1.5 GB of rows, made of one piece of a few MB repeated; then 1.5 GB that is one line. */
export async function hugeFile(outpost) {
  const { matrix, rows } = makeMatrix(100_000, 4, 0);
  let text = "";
  for (let row = 0; row < rows; row += 1) text += `${matrix.subarray(4 * row, 4 * row + 4).map((x) => x * 1000).join()}\n`;
  const piece = new Blob([text]);
  const times = Math.ceil(1.5e9 / piece.size);
  const began = performance.now();
  const file = new File(["a,b,c,d\n", ...Array(times).fill(piece)], "huge.csv");
  const table = await outpost.loadTable(file);
  const { model, scores } = await outpost.train(table);
  const zeros = new Blob([new Uint8Array(1 << 20).fill(48)]);
  const line = await errorOf(outpost.loadTable(new File(Array(1500).fill(zeros), "line.csv")));
  return { bytes: file.size, expected: rows * times, rows: table.rows, scored: scores.length, detector: model.info.detector, line,
    seconds: (performance.now() - began) / 1000 };
}
