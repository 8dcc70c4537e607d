// The .d.ts files against the modules: names in both directions, and a consumer under tsc --strict.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, test } from "./support/harness.mjs";
import { packageDir, packageModule, root } from "./support/paths.mjs";

/** Exported values and classes with their public members, as the .d.ts declares them. */
function declared(file) {
  const text = readFileSync(join(packageDir, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const names = new Map();
  for (const [, name] of text.matchAll(/^export (?:function|const) (\w+)/gm)) names.set(name, null);
  for (const [, list] of text.matchAll(/^export \{ ([\w, ]+) \} from/gm)) for (const name of list.split(", ")) names.set(name, null);
  for (const [, name, body] of text.matchAll(/^export class (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)(?=[(:?<])/gm)].map(([, member]) => member);
    names.set(name, new Set(members.filter((member) => member !== "constructor")));
  }
  return names;
}

/** Members of an object that a caller can see; Error's own and what starts with # are not among them. */
function visible(object) {
  const names = new Set(Object.keys(object));
  for (let at = Object.getPrototypeOf(object); at && ![Object.prototype, Error.prototype].includes(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  for (const name of ["constructor", "name", "on"]) if (!("rows" in object && name === "name")) names.delete(name);
  return names;
}

const same = (actual, wanted, what) => assert.deepEqual([...actual].sort(), [...wanted].sort(), what);

for (const file of ["index", "worker", "node"]) {
  await test(`${file}.d.ts has the names that ${file}.js exports`, async () => {
    same(Object.keys(await packageModule(`${file}.js`)), declared(`${file}.d.ts`).keys());
  });
}

await test("index.d.ts has the members of every class", async () => {
  const { createOutpost, OutpostError } = await packageModule("index.js");
  const names = declared("index.d.ts");
  const outpost = await createOutpost({ threads: false });
  const table = await outpost.loadTable("a,b\n1,2\n2,1\n3,3\n");
  const { model } = await outpost.train(table);
  const objects = { OutpostError: new OutpostError("internal", "x"), LocalOutpost: outpost, Table: table, Model: model,
    EventScorer: model.prepare() };
  for (const [name, object] of Object.entries(objects)) same(visible(object), names.get(name), name);
});

await test("worker.d.ts has the members of every class", async () => {
  const { createWorker } = await packageModule("worker.js");
  const names = declared("worker.d.ts");
  const outpost = await createWorker({ threads: false });
  const table = await outpost.loadTable("a,b\n1,2\n2,1\n3,3\n");
  const { model } = await outpost.train(table);
  for (const [name, object] of Object.entries({ WorkerOutpost: outpost, WorkerTable: table, WorkerModel: model })) {
    same(visible(object), names.get(name), name);
  }
  outpost.close();
});

await test("results have the properties that are declared", async () => {
  const text = readFileSync(join(packageDir, "index.d.ts"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const properties = (name) => new Set([...text.matchAll(new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, "gm"))]
    .flatMap(([, body]) => [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, property]) => property)));
  const outpost = await (await packageModule("index.js")).createOutpost({ threads: false });
  const table = await outpost.loadTable("a,b\n1,x\n2,y\nz,x\n".repeat(9), { label: "b" }).catch(() => null)
    ?? await outpost.loadTable("a,b\n1,x\n2,y\n3,x\n".repeat(9));
  same(Object.keys(table.columns[0]), properties("Column"), "Column");
  same(Object.keys(table.columns[0].profile), properties("ColumnProfile"), "ColumnProfile");
  same(Object.keys(table.features[0]), properties("Feature"), "Feature");
  assert.ok(table.findings.length > 0);
  same(Object.keys(table.findings[0]), properties("Finding"), "Finding");
  const { model, ...results } = await outpost.train(table);
  same(Object.keys(results), properties("Results"), "Results");
  same(Object.keys(model.info), properties("ModelInfo"), "ModelInfo");
  same(Object.keys(await outpost.score(model, table)), [...properties("Results"), ...properties("ScoreResults")], "ScoreResults");
  same(Object.keys(await outpost.inspect(await outpost.saveModel(model))), [...properties("ModelInfo"), "bytes"], "ModelFileInfo");
  const detectors = await outpost.detectors();
  for (const detector of detectors) same(Object.keys(detector), properties("Detector"), detector.name);
  same(new Set(detectors.flatMap(({ parameters }) => parameters.flatMap(Object.keys))), properties("Parameter"), "Parameter");
  const evaluation = await outpost.evaluate(Float32Array.of(1, 2, 3, 4), Uint8Array.of(0, 0, 1, 1), { threshold: 2, intervals: true });
  same(Object.keys(evaluation), properties("Evaluation"), "Evaluation");
});

const consumer = `
import { createOutpost, OutpostError, sha256, type Model, type Results } from "outpost-wasm";
import { createWorker, type WorkerModel } from "outpost-wasm/worker";
import { fileSource } from "outpost-wasm/node";
export async function use(file: Blob): Promise<number> {
  const outpost = await createOutpost({ threads: "auto" });
  const table = await outpost.loadTable(file, { label: "y", types: { a: "numeric" } });
  const trained: { model: Model } & Results = await outpost.train(table, { detector: "knn", threshold: { contamination: 0.1 } });
  const scorer = trained.model.prepare(4);
  scorer.features[0] = 1;
  const worker = await createWorker();
  const model: WorkerModel = await worker.loadModel(await outpost.saveModel(trained.model));
  const hash: string = await sha256(await worker.saveModel(model));
  await outpost.loadTable(fileSource("x.csv"));
  try { await worker.score(model, { matrix: new Float32Array(4), rows: 2, cols: 2 }, { transfer: true }); }
  catch (error) { if (error instanceof OutpostError && error.code === "cancelled") return hash.length; }
  return scorer.score() + trained.scores[0]!;
}`;
const wrong = {
  "an option that does not exist": 'import { createOutpost } from "outpost-wasm"; (await createOutpost()).train({ matrix: new Float32Array(1), rows: 1, cols: 1 }, { detecter: "knn" });',
  "a code that does not exist": 'import { OutpostError } from "outpost-wasm"; new OutpostError("oops", "x");',
  "a model of the worker on this thread": 'import { createOutpost } from "outpost-wasm"; import { createWorker } from "outpost-wasm/worker"; const m = await (await createWorker()).loadModel(new Uint8Array()); (await createOutpost()).saveModel(m);',
};

const scratch = mkdtempSync(join(tmpdir(), "outpost-types-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
mkdirSync(join(scratch, "node_modules"));
symlinkSync(packageDir, join(scratch, "node_modules/outpost-wasm"));
writeFileSync(join(scratch, "package.json"), '{"type":"module"}');

function compile(name, text) {
  writeFileSync(join(scratch, name), text);
  return spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--exactOptionalPropertyTypes",
    "--noUncheckedIndexedAccess", "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022",
    "--lib", "es2022,dom", "--types", "", name], { cwd: scratch, encoding: "utf8" });
}

await test("a TypeScript consumer compiles under --strict", () => {
  const run = compile("consumer.ts", consumer);
  assert.equal(run.status, 0, run.stdout + run.stderr);
});
for (const [name, text] of Object.entries(wrong)) {
  await test(`does not compile: ${name}`, () => {
    const run = compile("wrong.ts", `${text}\nexport {};`);
    assert.match(run.stdout, /wrong\.ts.*error TS2(345|353|322|561|741|769)/, run.stdout + run.stderr);
  });
}

finish();
