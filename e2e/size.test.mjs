// What the first visit costs, and what the built page must not hold.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { assert, dist, finish, root, start, test, visit } from "./support.mjs";

const budgetBytes = 300_000;
const entryBytes = 60_000;
const { browser, app, stop } = await start();

await test("first load, core included, is at most 300 KB of Brotli; the entry at most 60 KB", async () => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  const sizes = new Map();
  const urls = new Map();
  await client.send("Network.enable");
  client.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(urls.get(requestId), encodedDataLength));
  await page.goto(app.url);
  await page.getByRole("navigation").waitFor();
  await page.waitForLoadState("networkidle");
  // Workers' requests are not this client's: their files are counted from the disk, all of them.
  const names = readdirSync(join(dist, "assets"));
  const inWorkers = names.filter((name) => /^(engine-worker|rows-worker|outpost)-.*\.(js|wasm)\.br$/.test(name));
  assert.ok(inWorkers.some((name) => name.endsWith(".wasm.br")));
  for (const name of inWorkers) {
    const url = `${app.url}assets/${name.replace(/\.br$/, "")}`;
    sizes.set(url, Math.max(sizes.get(url) ?? 0, readFileSync(join(dist, "assets", name)).length));
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const entry = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
  const entrySize = entry.reduce((sum, file) => sum + readFileSync(join(dist, `${file}.br`)).length, 0);
  console.log(`        first load ${total} bytes in ${sizes.size} files; entry ${entrySize}`);
  assert.ok(total <= budgetBytes, `${total}\n${[...sizes].map(([url, size]) => `${size} ${url}`).join("\n")}`);
  assert.ok(entrySize > 0 && entrySize <= entryBytes, String(entrySize));
  await context.close();
});

await test("heading and drop zone are there before any script", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(app.url);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Find the odd rows in a file");
  assert.ok(await page.getByText("Drop a table here.").isVisible());
  await context.close();
});

await test("no style attribute, inline script or eval in sources or page", async () => {
  const folder = join(root, "pwa/src");
  const sources = readdirSync(folder, { recursive: true }).filter((name) => /\.(svelte|ts)$/.test(name)).map((name) => join(folder, name));
  assert.ok(sources.length > 30);
  for (const file of [...sources, join(dist, "index.html")]) {
    const text = readFileSync(file, "utf8");
    assert.ok(!/\sstyle=["'{]/.test(text), `${file}: a style attribute`);
    assert.ok(!/\beval\(|new Function\(|\{@html/.test(text), `${file}: eval, Function or @html`);
    assert.ok(!/<script>(?!\s*<)/.test(text) || file.endsWith(".svelte"), `${file}: an inline script`);
  }
  const page = await visit(browser, app.url);
  const blocked = await page.evaluate(() => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => done(effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = true";
    document.body.append(script);
    setTimeout(() => done("nothing"), 500);
  }));
  assert.match(blocked, /script-src/);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  await page.context().close();
});

await stop();
finish();
