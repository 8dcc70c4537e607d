// Keyboard only, a phone by touch, German, and axe on every screen and state.
import { readFileSync } from "node:fs";
import { assert, axePath, button, dropFile, finish, flagged, openSample, pick, rowsOf, run, start, table, test, visit } from "./support.mjs";

const { browser, app, stop } = await start();
const axeSource = readFileSync(axePath, "utf8");

/** Presses Tab until `find` is focused: what cannot be reached so is a failure. */
async function tabTo(page, find, key = "Tab") {
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press(key);
    if (await find.evaluate((node) => node === document.activeElement).catch(() => false)) return;
  }
  throw new Error(`${find} is not reached by ${key}`);
}

await test("keyboard only: from the first visit to a marked row and a moved threshold", async () => {
  const page = await visit(browser, app.url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  await tabTo(page, button(page, "Try the sample"));
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  assert.ok(parseFloat(outline) >= 2, `focus is visible: ${outline}`);
  await page.keyboard.press("Enter");
  await button(page, "Find anomalies").waitFor();
  await tabTo(page, button(page, "Find anomalies"));
  await page.keyboard.press("Enter");
  await rowsOf(page).first().waitFor();
  await tabTo(page, page.getByRole("slider"));
  const before = await flagged(page);
  await page.keyboard.press("Shift+ArrowRight");
  const after = await flagged(page);
  assert.ok(after < before && after > before - 40, `${before} -> ${after}`);
  await tabTo(page, page.getByRole("grid"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const detail = page.getByRole("complementary");
  await detail.getByText("Rank 2 of 2,513").waitFor();
  await tabTo(page, detail.getByRole("button", { name: "Anomaly", exact: false }).first());
  await page.keyboard.press("Enter");
  await detail.getByLabel("Note").waitFor();
  await page.keyboard.press("Escape");
  await detail.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "grid");
  await page.keyboard.press("End");
  await page.locator("[aria-rowindex='2514']").waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

await test("phone: by touch from file to finding, nothing wider than the screen", async () => {
  const page = await visit(browser, app.url, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  const fits = async (where) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${where}: ${over} px too wide`);
  };
  await fits("start");
  await pick(page, "pump.csv", table(400, 77));
  await button(page, "Find anomalies").waitFor();
  await fits("setup");
  await button(page, "Find anomalies").tap();
  await rowsOf(page).first().tap();
  const detail = page.getByRole("complementary");
  await detail.getByText("+", { exact: false }).first().waitFor();
  await fits("results");
  const small = await page.evaluate(() => [...document.querySelectorAll("button, select, input:not([hidden]), a[href]")]
    .filter((node) => node.offsetParent && !node.closest("[role=grid], .skip"))
    .map((node) => [node.textContent.trim().slice(0, 20) || node.tagName, (node.type === "checkbox" ? node.parentElement : node).getBoundingClientRect()])
    .filter(([, box]) => box.height < 24 || box.width < 24).map(([name]) => name));
  assert.deepEqual(small, [], "targets of at least 24 px");
  await detail.getByRole("button", { name: "Close" }).tap();
  await detail.waitFor({ state: "detached" });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

await test("400 % zoom: at 320 CSS pixels nothing needs sideways scrolling but the tables", async () => {
  const page = await visit(browser, app.url, { viewport: { width: 320, height: 640 } });
  await openSample(page);
  await run(page);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  await page.context().close();
});

await test("German: language and number format follow the browser and the setting", async () => {
  const page = await visit(browser, app.url, { locale: "de-DE" });
  await page.getByRole("button", { name: "Beispiel ansehen" }).click();
  await page.getByRole("button", { name: "Anomalien finden" }).click();
  await page.getByText("von 2.513 Zeilen (").waitFor();
  await page.getByRole("link", { name: "Einstellungen" }).click();
  await page.getByLabel("Sprache").selectOption("en");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.reload();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.context().close();
});

await test("Arabic: written from right to left, axe finds nothing, nothing is wider than the screen", async () => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    const page = await visit(browser, app.url, { locale: "ar", viewport });
    const check = async (where) => {
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, where);
      await audit(page, where);
    };
    assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
    await check("start");
    await page.getByRole("button", { name: "جرّب المثال" }).click();
    await page.getByRole("button", { name: "ابحث عن الشواذ" }).waitFor();
    await check("setup");
    await page.getByRole("button", { name: "ابحث عن الشواذ" }).click();
    await rowsOf(page).first().click();
    await page.getByRole("complementary").locator("tbody svg").first().waitFor();
    assert.ok(!/[a-z]+\.[a-z]+_(zero|one|two|few|many|other)|[a-z]\.[a-z]+\b(?=:)/.test(await page.locator("main").innerText()), "a key instead of a text");
    await check("row");
    await page.getByRole("link", { name: "الإعدادات" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await check("settings");
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

async function audit(page, where) {
  // As a file of the page's own origin would be: the policy allows no other way in.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const found = await page.evaluate(async () => (await axe.run(document, { resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`));
  assert.deepEqual(found, [], where);
}

for (const theme of ["light", "dark", "contrast"]) {
  await test(`axe finds nothing on any screen or state, ${theme}`, async () => {
    const page = await visit(browser, app.url, { colorScheme: theme === "dark" ? "dark" : "light" });
    if (theme === "contrast") {
      await page.getByRole("link", { name: "Settings" }).click();
      await page.getByLabel("High contrast").check();
      await page.getByRole("link", { name: "Analyse", exact: true }).click();
      await button(page, "Choose a file").waitFor();
    }
    await audit(page, "start");
    await button(page, "Paste a table").click();
    await audit(page, "paste");
    await pick(page, "bad.csv", "");
    await page.getByRole("alert").waitFor();
    await audit(page, "error");
    await pick(page, "people.csv", `mail,${table(60, 4).split("\n").map((line, i) => (i ? `person${i}@example.org,${line}` : line)).slice(0, 61).join("\n")}\n`);
    await button(page, "Find anomalies").waitFor();
    await page.getByText("Parameters").click();
    await audit(page, "setup");
    await run(page);
    await audit(page, "results");
    await rowsOf(page).first().click();
    await page.getByRole("complementary").locator("tbody svg").first().waitFor();
    await page.getByRole("complementary").getByRole("button", { name: "Not an anomaly" }).click();
    await audit(page, "row");
    await page.getByLabel("Search rows").fill("nothing has this");
    await page.getByText("No row matches.").waitFor();
    await audit(page, "empty");
    await button(page, "Another file").click();
    await dropFile(page, "long.csv", table(30_000, 17));
    await page.getByLabel("Method").selectOption("lof");
    await button(page, "Find anomalies").click();
    await page.getByRole("progressbar").waitFor();
    await audit(page, "running");
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Keyboard" }).waitFor();
    await audit(page, "settings");
    await page.context().close();
  });
}

await stop();
finish();
