// Trains and scores with an instance of the package outpost-wasm, on the matrices that outpost_parity wrote.

/**
 * Every model of `models` ({stem, data, features, detector, kinds, indicator}): read(name) gives the bytes of a file,
 * write(name, values) takes results. Returns lines for those that were left out or failed.
 */
export async function runPackage(outpost, models, read, write) {
  const lines = [];
  for (const {stem, data, features, detector, kinds, indicator} of models) {
    if (kinds !== 'numbers') {
      lines.push(`absent ${stem}: not all features are numbers, and a matrix given to the package holds numbers`);
      continue;
    }
    try {
      const names = new TextDecoder().decode(await read(`${data}.names.txt`)).trim().split('\n');
      const matrixOf = async (file) => {
        const matrix = new Float32Array(await read(file));
        return {matrix, rows: matrix.length / features, cols: features, names};
      };
      const options = {detector, missingIndicator: indicator === 'yes'};
      const {model, scores} = await outpost.train(await matrixOf(`${data}.rows.f32`), options);
      const bytes = await outpost.saveModel(model);
      model.free();
      const readBack = await outpost.loadModel(bytes);
      const answers = await outpost.score(readBack, await matrixOf(`${data}.features.f32`));
      readBack.free();
      await write(`${stem}.onnx`, bytes);
      await write(`${stem}.training.f32`, scores);
      await write(`${stem}.score.f32`, answers.scores);
      await write(`${stem}.probability.f32`, answers.probabilities);
      await write(`${stem}.label.i64`, BigInt64Array.from(answers.labels, BigInt));
    } catch (error) {
      lines.push(`failed ${stem}: ${String(error?.message ?? error).replaceAll('\n', ' ')}`);
    }
  }
  return lines;
}
