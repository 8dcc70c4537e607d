// The app with the network cut, and the change from one version to the next.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { assert, button, dist, downloaded, finish, flagged, openSample, pick, rowsOf, run, serve, start, table, test, visit } from "./support.mjs";

const { browser, app, stop } = await start();
const ready = (page) => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 50));
});

await test("offline: after one visit the host is gone, the page reloads, opens the sample and a new file, saves a model", async () => {
  const own = await serve();
  const page = await visit(browser, own.url);
  await ready(page);
  await own.close(); // nothing answers any more: harder than a switch in the browser
  await page.context().setOffline(true);
  await page.reload();
  await openSample(page);
  await run(page);
  await button(page, "Another file").click();
  await pick(page, "new.csv", table(300, 120));
  await run(page);
  assert.match(await rowsOf(page).first().innerText(), /the odd one/);
  assert.ok((await downloaded(page, "Model (.onnx)")).bytes.length > 1000);
  // Settings and German are parts of their own that were not loaded before.
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Language").selectOption("de");
  await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

await test("offline: every file of the build is in the precache list", async () => {
  const worker = readFileSync(join(dist, "service-worker.js"), "utf8");
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.br$|^service-worker\.js$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1));
  assert.ok(files.length > 15);
  const missing = files.filter((file) => !worker.includes(`"${file}"`));
  assert.deepEqual(missing, []);
});

await test("update: a new version waits while a run is shown, is offered, and takes over whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "outpost-update-"));
  cpSync(dist, folder, { recursive: true });
  const own = await serve(0, folder);
  const page = await visit(browser, own.url);
  await ready(page);
  await openSample(page);
  await run(page);
  const before = await flagged(page);
  const write = (file, change) => {
    const text = change(readFileSync(join(folder, file), "utf8"));
    writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(text));
  };
  write("index.html", (text) => text.replace("<title>Outpost</title>", '<title>Outpost</title><meta name="generation" content="2">'));
  write("service-worker.js", (text) => {
    const next = text.replace(/("revision":")[0-9a-f]+(","url":"index\.html")/, `$1${"0".repeat(32)}$2`);
    assert.notEqual(next, text);
    return next;
  });
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.getByText("A new version is ready.").waitFor();
  assert.equal(await flagged(page), before, "the run that is shown goes on");
  assert.equal(await page.locator("meta[name=generation]").count(), 0);
  await button(page, "Update now").click();
  await page.locator("meta[name=generation]").waitFor({ state: "attached" });
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await own.close();
  rmSync(folder, { recursive: true });
});

await test("installable: manifest, icons, shortcuts, file handlers and share target are there and lead somewhere", async () => {
  const get = async (path) => {
    const response = await fetch(new URL(path, app.url));
    assert.equal(response.status, 200, path);
    return response;
  };
  const manifest = await (await get("manifest.webmanifest")).json();
  for (const icon of manifest.icons) {
    const bytes = Buffer.from(await (await get(icon.src)).arrayBuffer());
    if (icon.type !== "image/png") continue;
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, icon.sizes);
  }
  assert.ok(manifest.icons.some((icon) => icon.purpose === "maskable"));
  assert.ok(manifest.shortcuts.length > 0 && manifest.file_handlers.length > 0);
  const page = await visit(browser, app.url);
  await page.goto(`${app.url}${manifest.shortcuts[1].url}`);
  await button(page, "Find anomalies").waitFor();
  // A share: the service worker keeps the file, the page picks it up.
  await page.goto(app.url);
  await ready(page);
  await page.evaluate(([action, text]) => {
    const form = Object.assign(document.createElement("form"), { action, method: "post", enctype: "multipart/form-data" });
    const input = Object.assign(document.createElement("input"), { type: "file", name: "file" });
    const files = new DataTransfer();
    files.items.add(new File([text], "shared.csv"));
    input.files = files.files;
    form.append(input);
    document.body.append(form);
    form.submit();
  }, [manifest.share_target.action, table(100, 7)]);
  await page.getByRole("heading", { name: "shared.csv" }).waitFor();
  await page.context().close();
});

await test("host: strict headers, right types, Brotli, no way out of its folder", async () => {
  const page = await fetch(app.url, { headers: { "accept-encoding": "br" } });
  assert.match(page.headers.get("content-security-policy"), /script-src 'self' 'wasm-unsafe-eval';/);
  assert.equal(page.headers.get("content-encoding"), "br");
  assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  const wasm = readdirSync(join(dist, "assets")).find((name) => name.endsWith(".wasm"));
  const answer = await fetch(`${app.url}assets/${wasm}`);
  assert.equal(answer.headers.get("content-type"), "application/wasm");
  assert.match(answer.headers.get("cache-control"), /immutable/);
  for (const path of ["..%2f..%2fpackage.json", "%2e%2e/package.json", "nothing", "assets", "%00", "index.html.br"]) {
    assert.equal((await fetch(`${app.url}${path}`)).status, 404, path);
  }
  assert.equal((await fetch(app.url, { method: "POST" })).status, 405);
});

await stop();
finish();
