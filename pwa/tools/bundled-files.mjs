// Files of the app that come from elsewhere in the repository or are drawn: the sample and the icons.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { iconPng, svg } from "./icon.mjs";

export function bundledFiles(root) {
  const files = {
    "sample/host-metrics.csv": ["text/csv", () => readFileSync(join(root, "models/samples/host-metrics.csv"))],
    "icon.svg": ["image/svg+xml", svg],
    "icons/icon-192.png": ["image/png", () => iconPng(192, false)],
    "icons/icon-512.png": ["image/png", () => iconPng(512, false)],
    "icons/icon-192-maskable.png": ["image/png", () => iconPng(192, true)],
    "icons/icon-512-maskable.png": ["image/png", () => iconPng(512, true)],
    "icons/apple-touch-icon.png": ["image/png", () => iconPng(180, true)],
  };
  return {
    name: "outpost-bundled-files",
    generateBundle() {
      for (const [fileName, [, make]] of Object.entries(files)) this.emitFile({ type: "asset", fileName, source: make() });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const found = files[(request.url ?? "").split("?")[0].slice(1)];
        if (!found) return next();
        response.setHeader("Content-Type", found[0]);
        response.end(found[1]());
      });
    },
  };
}
