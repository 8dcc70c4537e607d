// A browser, the built app behind its own host, and the steps that stories share.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { host } from "../pwa/tools/host.mjs";
import { finish, skip, test } from "../tests/package/support/harness.mjs";

export { assert, finish, skip, test };
export const root = fileURLToPath(new URL("..", import.meta.url));
export const dist = join(root, "pwa/dist");
export const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
export const patienceMs = 30_000;

const executablePath = process.env.OUTPOST_CHROMIUM ?? "/usr/bin/chromium";

/** Starts host and browser; without a browser the file ends with one skipped test. */
export async function start() {
  if (!existsSync(executablePath)) {
    skip("stories in Chromium", `${executablePath} is not there`);
    finish();
  }
  const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu",
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  const app = await serve();
  return { browser, app, stop: async () => { await browser.close(); await app.close(); } };
}

/** The host on loopback; `port` 0: any free one. */
export async function serve(port = 0, folder = dist) {
  const server = host(folder);
  await new Promise((resolve, reject) => server.on("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}

/** A first visit. What the console or a script complains of, and any request elsewhere, ends up in page.problems. */
export async function visit(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error?.stack ?? error)));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.problems.push(message.text()));
  page.on("request", (request) => !/^(blob|data):/.test(request.url()) && !request.url().startsWith(url) && page.problems.push(`asked ${request.url()}`));
  await page.goto(url);
  await page.getByRole("navigation").waitFor();
  return page;
}

export const rowsOf = (page) => page.locator("[role=grid] [role=row]:not([aria-rowindex='1'])");
export const button = (page, name) => page.getByRole("button", { name });

export async function dropFile(page, name, content) {
  const data = await page.evaluateHandle(([fileName, bytes]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], fileName));
    return transfer;
  }, [name, Buffer.from(content).toString("base64")]);
  await page.dispatchEvent("main", "dragover", { dataTransfer: data });
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
}

export const pick = (page, name, content) =>
  page.setInputFiles("input[type=file]", { name, mimeType: "text/csv", buffer: Buffer.from(content) });

/** From the setup to the ranked table. */
export async function run(page) {
  await button(page, "Find anomalies").click();
  await rowsOf(page).first().waitFor();
}

export async function openSample(page) {
  await button(page, "Try the sample").click();
  await button(page, "Find anomalies").waitFor();
}

export const headline = (page) => page.getByRole("heading", { level: 1 }).innerText();
export const flagged = async (page) => Number((await headline(page)).replace(/[^0-9]/g, "") || 0);

/** Numbers around 20 and 50 with one row far off, at index `odd`. */
export function table(rows, odd, separator = ",") {
  const lines = [["name", "temperature", "load"].join(separator)];
  for (let i = 0; i < rows; ++i) {
    lines.push((i === odd ? ["the odd one", 95, 3] : [`row ${i}`, (20 + (i % 7) * 0.3).toFixed(1), 50 + (i % 11)]).join(separator));
  }
  return `${lines.join("\n")}\n`;
}

export async function downloaded(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}
