// What is measured, as functions that run the same in Node.js and in a page.

const features = 10;

/** Numbers in [0, 1), the same everywhere. */
function uniform(count) {
  const values = new Float32Array(count);
  let state = 2463534242;
  for (let i = 0; i < count; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[i] = (state >>> 0) / 2 ** 32;
  }
  return values;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Rows scored in a second by an isolation forest of 100 trees x 256 on 10 features, one thread: median of `rounds`. */
export async function throughput(outpost, { rows = 200_000, rounds = 7, detector = "iforest" } = {}) {
  const data = { matrix: uniform(rows * features), rows, cols: features };
  const { model } = await outpost.train({ matrix: data.matrix.subarray(0, 20_000 * features), rows: 20_000, cols: features }, { detector });
  await outpost.score(model, data);
  const rates = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await outpost.score(model, data);
    rates.push((rows / (performance.now() - began)) * 1000);
  }
  model.free();
  return { median: median(rates), best: Math.max(...rates) };
}

/** Microseconds for one event through a prepared buffer; `each` events make a sample, as clocks in pages are coarse. */
export async function events(outpost, { samples = 5000, each = 10 } = {}) {
  const values = uniform(20_000 * features);
  const { model } = await outpost.train({ matrix: values, rows: 20_000, cols: features });
  const scorer = model.prepare();
  const times = [];
  let sum = 0;
  for (let i = 0; i < samples + 50; i += 1) {
    const began = performance.now();
    for (let event = 0; event < each; event += 1) {
      const at = ((i * each + event) % 20_000) * features;
      const row = scorer.features;
      for (let column = 0; column < features; column += 1) row[column] = values[at + column];
      sum += scorer.score();
    }
    if (i >= 50) times.push(((performance.now() - began) * 1000) / each);
  }
  times.sort((a, b) => a - b);
  model.free();
  return { p50: times[samples >> 1], p99: times[Math.floor(samples * 0.99)], sum };
}

/** Milliseconds from nothing to an instance that answers, the file already there: median of `rounds`. */
export async function instantiation(createOutpost, bytes, rounds = 9) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const outpost = await createOutpost({ threads: false, wasm: bytes });
    await outpost.detectors();
    times.push(performance.now() - began);
    outpost.close();
  }
  return { median: median(times), worst: Math.max(...times) };
}
