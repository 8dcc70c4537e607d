// Where the package under test and the native program are.
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
export const packageDir = process.env.OUTPOST_PACKAGE ?? join(root, "build/wasm/package");
export const program = process.env.OUTPOST_PROGRAM ?? join(root, "build/release/bin/outpost");
export const sample = join(root, "models/samples/host-metrics.csv");
export const packageModule = (file) => import(pathToFileURL(join(packageDir, file)).href);
