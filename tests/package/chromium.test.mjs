// The package in Chromium, under a strict Content-Security-Policy, without and with COOP and COEP.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { finish, skip, test } from "./support/harness.mjs";
import { packageModule, sample } from "./support/paths.mjs";
import { serve } from "./support/server.mjs";
import { everyDetector, mainStory } from "./stories.mjs";
import { readFileSync } from "node:fs";

const executablePath = process.env.OUTPOST_CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(executablePath)) {
  skip("Chromium", `${executablePath} is not there`);
  finish();
}
globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const here = await (await packageModule("index.js")).createOutpost({ threads: false });
const expected = await mainStory(here, readFileSync(sample));
const models = await everyDetector(here);

const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

/** A new page; what the console says is a failure. */
async function open(server) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
  await page.goto(server.url);
  return page;
}

/** Runs a story in the page on an instance of `kind` ("local" or "worker"). */
function play(page, kind, story, options = {}) {
  return page.evaluate(async ([kindOf, name, given]) => {
    const stories = await import("/tests/stories.mjs");
    const start = kindOf === "worker" ? (await import("/package/worker.js")).createWorker
      : (await import("/package/index.js")).createOutpost;
    const outpost = await start(given.start);
    const input = given.sample ? [await (await fetch("/samples/host-metrics.csv")).blob()] : [];
    const out = await stories[name](outpost, ...input);
    const { threads } = outpost;
    outpost.close();
    return { ...out, threads };
  }, [kind, story, options]);
}

for (const isolated of [false, true]) {
  const server = await serve({ isolated });
  const which = isolated ? "with COOP and COEP" : "without COOP and COEP";
  for (const kind of ["local", "worker"]) {
    await test(`Chromium ${which}, ${kind}: the same model and scores as in Node`, async () => {
      const page = await open(server);
      assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
      const { threads, ...story } = await play(page, kind, "mainStory", { sample: true });
      assert.equal(story.sha256, expected.sha256);
      assert.deepEqual({ ...story, phases: [] }, { ...expected, phases: [] });
      // A page's own thread is not blocked by waiting for others; a worker takes what there is.
      if (!isolated || kind === "local") assert.equal(threads, 1);
      else assert.equal(threads, Math.min(8, await page.evaluate(() => navigator.hardwareConcurrency)));
      const { threads: _, ...hashes } = await play(page, kind, "everyDetector");
      assert.deepEqual(hashes, models);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }
  await test(`Chromium ${which}: an abort ends a training, and the next one works`, async () => {
    const page = await open(server);
    const { error, ms, afterwards } = await play(page, "worker", "abortStory");
    assert.equal(error?.code, "cancelled");
    assert.ok(ms < 5000, `${ms} ms`);
    assert.equal(afterwards, 500);
    await page.context().close();
  });
  await test(`Chromium ${which}: two trainings at once both finish`, async () => {
    const page = await open(server);
    const { threads: _, ...story } = await play(page, "worker", "twoAtOnce");
    assert.deepEqual(story, { first: 20_000, last: "hbos", waiting: "cancelled" });
    await page.context().close();
  });
  await test(`Chromium ${which}: out of memory is an error; the page lives, and the worker's models`, async () => {
    const page = await open(server);
    const { errors, afterwards } = await play(page, "worker", "outOfMemory");
    assert.deepEqual(errors.map((error) => error?.code), ["out_of_memory", "out_of_memory"], JSON.stringify(errors));
    assert.equal(afterwards, 10);
    assert.equal(await page.evaluate(() => 6 * 7), 42);
    await page.context().close();
  });
  await server.close();
}

const server = await serve();

await test("Chromium: asking for threads where there are none is an error that says why", async () => {
  const page = await open(server);
  const error = await page.evaluate(async () => {
    const { createOutpost, threadsAvailable } = await import("/package/index.js");
    return createOutpost({ threads: 2 }).catch(({ code, hint }) => ({ code, hint, available: threadsAvailable() }));
  });
  assert.deepEqual([error.code, error.available], ["unsupported", false]);
  assert.match(error.hint, /COOP/);
  await page.context().close();
});

await test("Chromium: files that are no tables, damaged models and wrong options are refused in the page", async () => {
  const page = await open(server);
  const found = await play(page, "worker", "badInput");
  for (const [name, error] of Object.entries(found)) {
    if (name !== "threads") assert.equal(error?.name, "OutpostError", `${name}: ${JSON.stringify(error)}`);
  }
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

await test("Chromium: a worker that dies rejects its call, starts again and has its models and tables", async () => {
  const page = await open(server);
  const out = await page.evaluate(async () => {
    const { createWorker } = await import("/package/worker.js");
    const { makeMatrix } = await import("/tests/stories.mjs");
    const workers = [];
    const make = (script) => () => {
      workers.push(new Worker(script, { type: "module" }));
      return workers.at(-1);
    };
    // The second one closes itself when it is told, as a browser short of memory would close it.
    const outpost = await createWorker({ worker: make("/tests/mortal-worker.mjs") });
    const table = await outpost.loadTable("a,b\n1,2\n2,1\n3,9\n");
    const lost = await outpost.loadTable(new TextEncoder().encode("a,b\n1,2\n2,1\n3,9\n"), { transfer: true });
    const { model } = await outpost.train(makeMatrix(500, 3));
    const before = (await outpost.score(model, makeMatrix(20, 3))).scores;
    const running = outpost.train(makeMatrix(200_000, 30), { detector: "knn" }).catch((error) => error);
    const waiting = outpost.score(model, makeMatrix(20, 3));
    new BroadcastChannel("mortal").postMessage("close");
    const error = await running;
    const after = (await waiting).scores;
    const scored = await outpost.train(table);
    const gone = await outpost.train(lost).catch(({ code, hint }) => ({ code, hint }));
    workers.at(-1).dispatchEvent(new ErrorEvent("error", { message: "crashed" }));
    const third = await outpost.score(model, makeMatrix(20, 3));
    outpost.close();
    return { code: error.code, message: error.message, hint: error.hint, same: before.every((score, i) => score === after[i]),
      rows: scored.scores.length, gone, third: third.scores.length, started: workers.length };
  });
  assert.equal(out.code, "worker_lost", JSON.stringify(out));
  assert.ok(out.same);
  assert.deepEqual([out.rows, out.gone.code, out.third, out.started], [3, "worker_lost", 20, 3]);
  assert.match(out.gone.hint, /load it again/);
  await page.context().close();
});

await test("Chromium: a script that is not there is an error, not a wait", async () => {
  const page = await open(server);
  const error = await page.evaluate(async () => {
    const { createWorker } = await import("/package/worker.js");
    return createWorker({ worker: () => new Worker("/nothing.js", { type: "module" }) }).catch(({ code, message }) => ({ code, message }));
  });
  assert.equal(error.code, "worker_lost");
  await page.context().close();
});

await test("Chromium: 1.5 GB of rows are read, trained and scored; 1.5 GB in one line are refused; a page is told to use the worker", async () => {
  const page = await open(server);
  const out = await play(page, "worker", "hugeFile");
  assert.ok(out.bytes >= 1.5e9);
  assert.equal(out.rows, out.expected);
  assert.equal(out.scored, out.expected);
  assert.equal(out.line?.code, "invalid_data", JSON.stringify(out.line));
  console.log(`        ${out.bytes} bytes, ${out.rows} rows in ${out.seconds.toFixed(0)} s`);
  const error = await page.evaluate(async () => {
    const { createOutpost } = await import("/package/index.js");
    const file = new File(Array(1500).fill(new Blob([new Uint8Array(1 << 20).fill(48)])), "huge.csv");
    return (await createOutpost()).loadTable(file).catch(({ code, hint }) => ({ code, hint }));
  });
  assert.equal(error.code, "out_of_memory");
  assert.match(error.hint, /worker/);
  await page.context().close();
});

await server.close();
await browser.close();
finish();
