// A page in Chromium, served on loopback, does what its first argument says; results go to the folder OUT:
//   node in_browser.mjs core PROGRAM.js OUT [OPTION...] [FILE.csv...]   outpost_parity
//   node in_browser.mjs onnx IN OUT              onnxruntime-web scores the models of the folder IN
//   node in_browser.mjs package IN OUT PACKAGE   the package outpost-wasm trains and scores on the data of IN again
// The last two with --speed: IN is what outpost_speed wrote, and each line of standard input is answered with a round.
// Otherwise IN is what outpost_parity wrote, with a list models.txt: "STEM DATA FEATURES DETECTOR KINDS INDICATOR" a line.
import {createReadStream, createWriteStream, readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {basename, dirname, extname, join, resolve} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {fileURLToPath} from 'node:url';

import {chromium} from 'playwright-core';

import {answerRounds} from './run_speed.mjs';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const speed = process.argv.includes('--speed');
const [job, from, out, ...words] = process.argv.slice(2).filter((word) => word !== '--speed');
const files = words.filter((word) => word.endsWith('.csv')).map((file) => resolve(file));
const types = {'.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm'};

/** The folder that each first part of a path stands for. A URL that was parsed has no "..". */
const folders = {
  here,
  in: job === 'core' ? dirname(resolve(from)) : resolve(from),
  ort: dirname(onnxEntry()),
  package: words[0],
};

async function answer(request, response) {
  const [, folder, ...names] = new URL(request.url, 'http://localhost').pathname.split('/');
  const name = names.join('/');
  if (request.method === 'PUT') {
    await pipeline(request, createWriteStream(join(out, basename(name))));
    return response.writeHead(204).end();
  }
  if (folder === 'favicon.ico') return response.writeHead(204).end();
  if (!folder) return response.writeHead(200, {'content-type': types['.html']}).end('<!doctype html><title>parity</title>');
  const path = folder === 'data' ? files[Number(name)] : folders[folder] && join(folders[folder], name);
  if (!path) return response.writeHead(404).end();
  response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
  await pipeline(createReadStream(path), response);
}

const server = createServer((request, response) => answer(request, response).catch((error) => {
  if (!response.headersSent) response.writeHead(404);
  response.end(String(error));
}));
await new Promise((done) => server.listen(0, '127.0.0.1', done));

/** In the page. */
async function core({program, files, options}) {
  const script = document.createElement('script');
  script.src = `/in/${program}.js`;
  await new Promise((done, failed) => Object.assign(script, {onload: done, onerror: failed}) && document.head.append(script));
  const fetched = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  const given = await Promise.all(files.map(async (name, i) => ({name, bytes: await fetched(`/data/${i}`)})));
  const {runCore} = await import('/here/run_core.mjs');
  const {status, lines, outputs} = await runCore(globalThis.outpostParity, await fetched(`/in/${program}.wasm`), given, options);
  for (const [name, body] of outputs) await fetch(`/out/${name}`, {method: 'PUT', body});
  return {status, lines};
}

/** In the page: the models of the list, or, without a list, globalThis.round. */
async function again({kind, models, entry}) {
  const read = async (name) => {
    const response = await fetch(`/in/${name}`);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.arrayBuffer();
  };
  const write = (name, body) => fetch(`/out/${name}`, {method: 'PUT', body});
  const runtime = {};
  if (kind === 'onnx') {
    const ort = runtime.ort = await import(`/ort/${entry}`);
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = 1;
  } else {
    runtime.outpost = await (await import('/package/index.js')).createOutpost({threads: false});
  }
  if (!models) {
    globalThis.round = await (await import('/here/run_speed.mjs')).makeRound(runtime, read);
    return [];
  }
  if (kind === 'onnx') return (await import('/here/run_onnx.mjs')).runAllOnnx(runtime.ort, models, read, write);
  return (await import('/here/run_package.mjs')).runPackage(runtime.outpost, models, read, write);
}

/** The module of onnxruntime-web/wasm, beside which its WebAssembly is. */
function onnxEntry() {
  return job === 'onnx' ? require.resolve('onnxruntime-web/wasm').replace(/\.js$/, '.mjs') : '';
}

function modelList() {
  const lines = readFileSync(join(from, 'models.txt'), 'utf8').trim().split('\n').map((line) => line.split(' '));
  return lines.map(([stem, data, features, detector, kinds, indicator]) =>
    ({stem, data, features: Number(features), detector, kinds, indicator}));
}

const browser = await chromium.launch({
  executablePath: process.env.OUTPOST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const given = {kind: job, models: speed || job === 'core' ? null : modelList(), entry: basename(onnxEntry())};
  const {status, lines} = job === 'core'
    ? await page.evaluate(core, {program: basename(from, '.js'), files: files.map((file) => basename(file)),
      options: words.filter((word) => !word.endsWith('.csv'))})
    : {status: 0, lines: await page.evaluate(again, given)};
  if (speed) await answerRounds(() => page.evaluate(() => globalThis.round()));
  else console.log(lines.join('\n'));
  process.exitCode = status;
} finally {
  await browser.close();
  server.close();
}
