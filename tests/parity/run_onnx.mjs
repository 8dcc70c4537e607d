// Scores rows with models by ONNX Runtime's JavaScript interface: the same in Node and in a page.

export const makeSession = (ort, model) =>
  ort.InferenceSession.create(model, {intraOpNumThreads: 1, graphOptimizationLevel: 'all'});

/** The model's three outputs for all rows, fed in batches; float32, float32 and BigInt64. */
export async function runOnnx(ort, session, features, columns, batchRows = 256) {
  const rows = features.length / columns;
  const out = {score: new Float32Array(rows), probability: new Float32Array(rows), label: new BigInt64Array(rows)};
  for (let first = 0; first < rows; first += batchRows) {
    const count = Math.min(batchRows, rows - first);
    const batch = features.slice(first * columns, (first + count) * columns);
    const answers = await session.run({features: new ort.Tensor('float32', batch, [count, columns])});
    for (const name of Object.keys(out)) out[name].set(answers[name].data, first);
  }
  return out;
}

/**
 * Every model of `models` ({stem, data, features}): read(name) gives the bytes of a file, write(name, values) takes
 * results. Returns a line for each that ONNX Runtime would not load or run.
 */
export async function runAllOnnx(ort, models, read, write) {
  const lines = [];
  for (const {stem, data, features} of models) {
    try {
      const model = new Uint8Array(await read(`${stem}.onnx`));
      const session = await makeSession(ort, model);
      const out = await runOnnx(ort, session, new Float32Array(await read(`${data}.features.f32`)), features);
      await session.release();
      await write(`${stem}.score.f32`, out.score);
      await write(`${stem}.probability.f32`, out.probability);
      await write(`${stem}.label.i64`, out.label);
    } catch (error) {
      lines.push(`failed ${stem}: ${String(error?.message ?? error).replaceAll('\n', ' ').slice(0, 300)}`);
    }
  }
  return lines;
}
