// One story in Firefox ESR, by WebDriver BiDi: train, score, and the same model file as in Node.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { finish, skip, test } from "./support/harness.mjs";
import { packageModule, sample } from "./support/paths.mjs";
import { serve } from "./support/server.mjs";
import { mainStory } from "./stories.mjs";

const executablePath = process.env.OUTPOST_FIREFOX ?? "/usr/bin/firefox-esr";
if (!existsSync(executablePath)) {
  skip("Firefox: train, score, the same model file as in Node", `${executablePath} is not there`);
  finish();
}
globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const { default: puppeteer } = await import("puppeteer-core");
const here = await (await packageModule("index.js")).createOutpost({ threads: false });
const expected = await mainStory(here, readFileSync(sample));
const server = await serve();
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });

for (const kind of ["createOutpost", "createWorker"]) {
  await test(`Firefox, ${kind}: train, score, the same model file as in Node`, async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    const story = await page.evaluate(async (start) => {
      const stories = await import("/tests/stories.mjs");
      const module = await import(start === "createWorker" ? "/package/worker.js" : "/package/index.js");
      const outpost = await module[start]();
      const out = await stories.mainStory(outpost, await (await fetch("/samples/host-metrics.csv")).blob());
      outpost.close();
      return out;
    }, kind);
    assert.deepEqual({ ...story, phases: [] }, { ...expected, phases: [] });
    await page.close();
  });
}

await browser.close();
await server.close();
finish();
