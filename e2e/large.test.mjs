// A large table: time to the ranked rows, the page never blocked for long, the last row reached.
// OUTPOST_LARGE_ROWS asks for another number of rows than 300,000.
import { assert, button, finish, rowsOf, run, start, test, visit } from "./support.mjs";

const rows = Number(process.env.OUTPOST_LARGE_ROWS ?? 300_000);
const blockedMs = 100; // on a machine that does other things as well
const { browser, app, stop } = await start();

await test(`large: ${rows} rows are ranked, the page is never blocked for long, the table scrolls to its end`, async () => {
  const page = await visit(browser, app.url);
  await page.evaluate(() => {
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: "longtask" });
  });
  await page.evaluate((count) => {
    const lines = ["name,temperature,load"];
    let state = 1;
    const uniform = () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
    const bell = () => uniform() + uniform() + uniform() + uniform() - 2;
    for (let i = 0; i < count; ++i) lines.push(i === 222222 ? "the odd one,95,3" : `row ${i},${(20 + bell()).toFixed(3)},${(50 + 9 * bell()).toFixed(2)}`);
    globalThis.big = new File([lines.join("\n")], "big.csv");
    globalThis.longest = 0;
  }, rows);
  await page.waitForTimeout(200);
  const began = await page.evaluate(() => {
    globalThis.longest = 0;
    const transfer = new DataTransfer();
    transfer.items.add(globalThis.big);
    document.querySelector("main").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    return performance.now();
  });
  await button(page, "Find anomalies").waitFor();
  await page.getByLabel("Method").selectOption("ecod"); // extremes of single features are its trade
  await run(page);
  await rowsOf(page).first().getByText("the odd one").waitFor();
  const ms = (await page.evaluate(() => performance.now())) - began;
  await page.getByRole("grid").press("End");
  await page.locator(`[role=row][aria-rowindex='${rows + 1}']`).waitFor();
  const longest = await page.evaluate(() => globalThis.longest);
  console.log(`        ${Math.round(ms)} ms to the ranked table; longest task of the page ${Math.round(longest)} ms`);
  assert.ok(longest < blockedMs, `the page was blocked for ${longest} ms`);
  await page.context().close();
});

await stop();
finish();
