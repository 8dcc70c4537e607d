// Rounds of scoring in JavaScript, in Node or in a page; outpost_speed does the same natively and wrote the files.
import {makeSession, runOnnx} from './run_onnx.mjs';

/**
 * A function that scores all rows once and gives "SECONDS SUM_OF_SCORES". `runtime`: {outpost} an instance of the
 * package outpost-wasm, or {ort} onnxruntime-web; read(name) gives the bytes of a file that outpost_speed make wrote.
 */
export async function makeRound({outpost, ort}, read) {
  const {rows, columns, batch} = JSON.parse(new TextDecoder().decode(await read('speed.json')));
  const bytes = new Uint8Array(await read('model.onnx'));
  const matrix = new Float32Array(await read('rows.f32'));
  const model = outpost && await outpost.loadModel(bytes);
  const session = ort && await makeSession(ort, bytes);
  const score = outpost
    ? async () => (await outpost.score(model, {matrix, rows, cols: columns})).scores
    : async () => (await runOnnx(ort, session, matrix, columns, batch)).score;
  await score(); // compiles, fills caches
  return async () => {
    const began = performance.now();
    const scores = await score();
    const seconds = (performance.now() - began) / 1000;
    return `${seconds} ${scores.reduce((sum, value) => sum + value, 0)}`;
  };
}

/** In Node: answers each line of standard input with what `round` gives. */
export async function answerRounds(round) {
  const {createInterface} = await import('node:readline');
  console.log('ready');
  for await (const line of createInterface({input: process.stdin})) console.log(await round(line));
}
