// The Analyse stories, from a file to a finding and back out.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assert, button, downloaded, dropFile, finish, flagged, openSample, pick, root, rowsOf, run, start, table, test, visit } from "./support.mjs";

const { browser, app, stop } = await start();
const sample = readFileSync(join(root, "models/samples/host-metrics.csv"));
const packageDir = process.env.OUTPOST_PACKAGE ?? join(root, "build/wasm/package");
const { createOutpost } = await import(pathToFileURL(join(packageDir, "index.js")).href);
const outpost = await createOutpost({ threads: false });

async function story(name, work, options) {
  await test(name, async () => {
    const page = await visit(browser, app.url, options);
    try {
      await work(page);
      assert.deepEqual(page.problems, []);
    } finally {
      await page.context().close();
    }
  });
}

await story("first visit to first finding on the sample: the row the core ranks first, and why", async (page) => {
  await openSample(page);
  assert.match(await page.locator("main").innerText(), /2,513 rows · 20 columns/);
  await run(page);
  const { model, scores, labels } = await outpost.train(await outpost.loadTable(sample, { name: "host-metrics.csv", label: "label" }));
  const best = scores.indexOf(Math.max(...scores));
  assert.match(await rowsOf(page).first().innerText(), new RegExp(best.toLocaleString("en-GB")));
  assert.equal(await flagged(page), labels.reduce((sum, label) => sum + label, 0));
  assert.match(await page.locator("main").innerText(), /ROC-AUC 0\.\d{4}/);
  await rowsOf(page).first().click();
  const detail = page.getByRole("complementary");
  await detail.locator("tbody svg").first().waitFor();
  assert.match(await detail.locator("tbody tr").first().innerText(), /σ/);
  // The saved model is the one that the core makes of the same file, byte for byte.
  const saved = await downloaded(page, "Model (.onnx)");
  assert.equal(saved.name, "host-metrics.onnx");
  assert.ok(saved.bytes.equals(Buffer.from(await outpost.saveModel(model))));
});

await story("an own CSV is dropped: the odd row is first; search, filter, sort and export", async (page) => {
  await dropFile(page, "pump.csv", table(500, 321));
  await run(page);
  assert.match(await rowsOf(page).first().innerText(), /the odd one/);
  await page.getByLabel("Search rows").fill("ROW 17");
  await page.getByText("11 rows shown").waitFor(); // 17 and 170 to 179
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("columnheader", { name: "load" }).getByRole("button").click();
  await page.waitForFunction(() => document.querySelector("[role=grid] [aria-rowindex='2']")?.textContent.includes("the odd one"));
  await page.getByRole("columnheader", { name: "Score" }).getByRole("button").click();
  await page.getByLabel("Show").selectOption("odd");
  const odd = await flagged(page);
  await page.getByText(new RegExp(`^${odd} rows? shown`)).waitFor();
  const csv = await downloaded(page, "Shown rows as CSV");
  const lines = csv.bytes.toString().trim().split("\r\n");
  assert.equal(lines.length, odd + 1);
  assert.match(lines[0], /^name,temperature,load,outpost_row,outpost_score/);
  assert.match(lines[1], /^the odd one,95,3,321,/);
  const json = JSON.parse((await downloaded(page, "Shown rows as JSON")).bytes);
  assert.deepEqual([json.length, json[0].values.temperature, json[0].label], [odd, 95, 1]);
});

await story("the threshold is dragged and moved by keys: counts and labels follow at once", async (page) => {
  await openSample(page);
  await run(page);
  const before = await flagged(page);
  const slider = page.getByRole("slider");
  const box = await slider.boundingBox();
  const knob = Number(await slider.locator("line.rule").getAttribute("x1"));
  await page.mouse.move(box.x + knob, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 5 });
  await page.mouse.up();
  const dragged = await flagged(page);
  assert.ok(dragged < before && dragged > 0, `${before} -> ${dragged}`);
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  assert.ok((await flagged(page)) > dragged);
  await page.getByRole("button", { name: "Suggested threshold" }).click();
  assert.equal(await flagged(page), before);
  await slider.press("End");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "No row stands out");
  await page.getByLabel("Show").selectOption("odd");
  await page.getByText("No row matches.").waitFor();
});

await story("rows are marked with a note, undone, and exported with it", async (page) => {
  await dropFile(page, "pump.csv", table(200, 60));
  await run(page);
  await rowsOf(page).first().click();
  const detail = page.getByRole("complementary");
  await detail.getByRole("button", { name: "Not an anomaly" }).click();
  await detail.getByLabel("Note").fill("=door open");
  await page.getByLabel("Show").selectOption("marked");
  await page.getByText("1 row shown").waitFor();
  const csv = (await downloaded(page, "Shown rows as CSV")).bytes.toString();
  assert.match(csv, /,normal,'=door open\r\n$/);
  await page.locator(".toolbar").getByRole("button", { name: "Undo" }).click();
  assert.equal(await detail.getByLabel("Note").inputValue(), "");
  await page.locator(".toolbar").getByRole("button", { name: "Undo" }).click();
  await page.getByText("0 rows shown").waitFor();
});

await story("columns are left out, types corrected, another detector with other parameters", async (page) => {
  await dropFile(page, "pump.csv", table(300, 5));
  await page.getByLabel("Use column load").uncheck();
  await page.getByText("1 column is used").waitFor();
  await page.getByLabel("Type of column load").selectOption("text");
  await page.getByLabel("Method").selectOption("knn");
  await page.getByText("Parameters").click();
  const neighbours = page.getByLabel("n_neighbors");
  await neighbours.fill("0");
  await page.getByText("At least 1.").waitFor();
  assert.ok(await button(page, "Find anomalies").isDisabled());
  await neighbours.fill("3");
  await run(page);
  assert.match(await page.locator("main").innerText(), /by k nearest neighbours/);
  await page.getByRole("button", { name: "Columns and detector" }).click();
  assert.equal(await neighbours.inputValue(), "3");
});

await story("a run is cancelled: the file is still there, and the next run works", async (page) => {
  await dropFile(page, "long.csv", table(60_000, 17));
  await page.getByLabel("Method").selectOption("lof");
  await page.getByText("Parameters").click();
  await page.getByLabel("max_samples").fill("60000");
  await button(page, "Find anomalies").click();
  await page.getByRole("progressbar").waitFor();
  await button(page, "Cancel").click();
  await page.getByText("Cancelled. Nothing was changed.").waitFor();
  await page.getByLabel("Method").selectOption("hbos");
  await run(page);
  assert.match(await page.locator("main").innerText(), /of 60,000 rows/);
});

for (const [name, content, expected] of [
  ["an empty file", "", /empty/],
  ["a text that is no table", "# A heading\n\nSome words, a comma.\nMore, words, here\n", /line \d|field/],
  ["a binary file renamed .csv", Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]), /NUL/],
  ["a damaged .json", '[{"a":1},{"a":', /JSON|end|expected/i],
]) {
  await story(`${name} is refused with what to do, and the next file works`, async (page) => {
    await pick(page, name.endsWith(".json") ? "bad.json" : "bad.csv", content);
    assert.match(await page.getByRole("alert").innerText(), expected);
    await pick(page, "good.csv", table(100, 3));
    await run(page);
    assert.match(await rowsOf(page).first().innerText(), /the odd one/);
  });
}

await story("one row is too little, and said so; short rows are filled when asked", async (page) => {
  await pick(page, "one.csv", "a,b\n1,2\n");
  assert.match(await page.getByRole("alert").innerText(), /No column is left to look at/);
  assert.ok(await button(page, "Find anomalies").isDisabled());
  await button(page, "Another file").click();
  await pick(page, "short.csv", `${table(100, 3)}short,1\n`);
  await page.getByRole("button", { name: "Read it anyway" }).click();
  await run(page);
  assert.match(await page.locator("main").innerText(), /of 101 rows/);
});

await story("hostile cells are shown as text", async (page) => {
  const evil = '<img src=x onerror="document.title=1">';
  await dropFile(page, "evil.csv", `n,m,"${evil.replaceAll('"', '""')}"\n${Array.from({ length: 50 }, (_, i) => `${i},${i % 7},"${evil.replaceAll('"', '""')}"`).join("\n")}\n`);
  await run(page);
  await rowsOf(page).first().click();
  await page.getByRole("complementary").getByText(evil).first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);
});

await story("pasted rows, JSON and one record a line are read", async (page) => {
  await button(page, "Paste a table").click();
  await page.getByRole("textbox").fill(table(80, 9, "\t"));
  await button(page, "Open").click();
  await run(page);
  assert.match(await rowsOf(page).first().innerText(), /the odd one/);
  const records = Array.from({ length: 90 }, (_, i) => ({ id: `r${i}`, at: { t: i === 44 ? 900 : i % 9 }, m: i % 5 }));
  for (const [name, text] of [["r.json", JSON.stringify(records)], ["r.ndjson", records.map((record) => JSON.stringify(record)).join("\n")]]) {
    await dropFile(page, name, text);
    await run(page);
    assert.match(await rowsOf(page).first().innerText(), /r44\s+900/);
  }
});

await stop();
outpost.close();
finish();
