// A test is a name and a function that throws. The last line is "N passed, N failed, N skipped".
import { performance } from "node:perf_hooks";

const counts = { passed: 0, failed: 0, skipped: 0 };

export async function test(name, work) {
  const began = performance.now();
  try {
    await work();
    counts.passed += 1;
    console.log(`ok      ${name} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).split("\n").slice(0, 12).join("\n        ")}`);
  }
}

export function skip(name, why) {
  counts.skipped += 1;
  console.log(`SKIPPED ${name}: ${why}`);
}

export function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exit(counts.failed === 0 ? 0 : 1);
}
