// Speed and size of the package: node wasm/bench/bench.mjs [--json] [node] [chromium] [size]
// Each line is NAME VALUE UNIT TARGET. OUTPOST_PACKAGE: the built package, default build/wasm/package.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { packageDir } from "../../tests/package/support/paths.mjs";
import { events, instantiation, throughput } from "./workload.mjs";

const json = process.argv.includes("--json");
const chosen = process.argv.slice(2).filter((argument) => argument !== "--json");
const wants = (part) => chosen.length === 0 || chosen.includes(part);
const results = [];

function report(name, value, unit, target) {
  results.push({ name, value, unit, target });
  if (!json) console.log(`${name.padEnd(44)} ${value.toFixed(unit === "us" || unit === "ms" ? 2 : 0).padStart(12)} ${unit.padEnd(8)} ${target}`);
}

function reportAll(where, { iforest, event, start }) {
  report(`${where}: iforest 100 x 256, 10 features, 1 thread`, iforest.median, "rows/s", "aim 1500000");
  report(`${where}: the same, best round`, iforest.best, "rows/s", "");
  report(`${where}: one event, p50`, event.p50, "us", "under 10");
  report(`${where}: one event, p99`, event.p99, "us", "");
  report(`${where}: instantiation`, start.median, "ms", "under 50");
}

async function inNode() {
  const { createOutpost } = await import(pathToFileURL(join(packageDir, "index.js")).href);
  const start = await instantiation(createOutpost, readFileSync(join(packageDir, "wasm/outpost.wasm")));
  const outpost = await createOutpost({ threads: false });
  reportAll(`Node ${process.versions.node}`, { iforest: await throughput(outpost), event: await events(outpost), start });
}

async function inChromium() {
  const executablePath = process.env.OUTPOST_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) return console.error(`${executablePath} is not there: Chromium is not measured`);
  const { chromium } = await import("playwright-core");
  const { serve } = await import("../../tests/package/support/server.mjs");
  const server = await serve();
  const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    reportAll("Chromium", await page.evaluate(async () => {
      const { createOutpost } = await import("/package/index.js");
      const { events: measureEvents, instantiation: measureStart, throughput: measureRows } = await import("/bench/workload.mjs");
      const bytes = await (await fetch("/package/wasm/outpost.wasm")).arrayBuffer();
      const start = await measureStart(createOutpost, bytes);
      const outpost = await createOutpost();
      return { iforest: await measureRows(outpost), event: await measureEvents(outpost, { samples: 300, each: 1000 }), start };
    }));
  } finally {
    await browser.close();
    await server.close();
  }
}

/** What a page loads for `import "outpost-wasm"`: each file compressed by itself, as a server does. */
function sizes() {
  const compressed = (name) => brotliCompressSync(readFileSync(join(packageDir, name)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  }).length;
  const modules = ["index.js", ...["errors", "event-scorer", "handles", "local", "module", "options", "run", "sha256", "source", "version"]
    .map((name) => `lib/${name}.js`)];
  const sum = (names) => names.reduce((total, name) => total + compressed(name), 0);
  const core = sum(["wasm/outpost.wasm", "wasm/outpost.js"]);
  report("outpost.wasm, brotli -q 11", compressed("wasm/outpost.wasm"), "bytes", "");
  report("outpost.js, brotli -q 11", compressed("wasm/outpost.js"), "bytes", "");
  report("the package's own modules, brotli -q 11", sum(modules), "bytes", "");
  report("core wasm + JavaScript, brotli -q 11", core + sum(modules), "bytes", "under 122880");
  report("outpost-threads.wasm + .js, brotli -q 11", sum(["wasm/outpost-threads.wasm", "wasm/outpost-threads.js"]), "bytes", "");
}

if (wants("size")) sizes();
if (wants("node")) await inNode();
if (wants("chromium")) await inChromium();
if (json) console.log(JSON.stringify(results));
process.exit(0);
