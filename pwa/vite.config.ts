import { svelte } from "@sveltejs/vite-plugin-svelte";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { bundledFiles } from "./tools/bundled-files.mjs";
import { manifest } from "./tools/manifest.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outpost = process.env.OUTPOST_PACKAGE ?? join(root, "build/wasm/package");

/**
 * The package brings a build with threads and its helpers for Node.js. Threads need COOP and COEP, which the page does
 * not ask of its host; leaving them out keeps half a megabyte out of the precache.
 */
function oneBuild(): Plugin {
  const unused = /(outpost-threads|node-threads|node-thread)\.js$/;
  const address = 'new URL("../wasm/outpost-threads.wasm", import.meta.url)';
  return {
    name: "outpost-one-build",
    enforce: "pre",
    resolveId: (id) => (unused.test(id) ? "\0outpost-unused" : null),
    load: (id) => (id === "\0outpost-unused" ? "export {};" : null),
    transform(code, id) {
      if (!id.endsWith("/lib/module.js") || !id.startsWith(outpost)) return null;
      if (!code.includes(address)) throw new Error(`${id} does not name the build with threads as it used to`);
      return { code: code.replace(address, '"unused:"'), map: null };
    },
  };
}

const version = /export const version = "([^"]+)"/.exec(readFileSync(join(outpost, "lib/version.js"), "utf8"))?.[1] ?? "";

export default defineConfig({
  define: { __OUTPOST_VERSION__: JSON.stringify(version) },
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: { alias: [{ find: /^outpost-wasm$/, replacement: join(outpost, "index.js") },
    { find: "outpost-wasm/worker", replacement: join(outpost, "worker.js") },
    { find: "outpost-wasm/lib", replacement: join(outpost, "lib") }] },
  plugins: [
    oneBuild(),
    svelte(),
    bundledFiles(root),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/features/offline/worker",
      filename: "service-worker.ts",
      injectRegister: false,
      registerType: "prompt",
      manifest,
      injectManifest: {
        globPatterns: ["**/*.{html,js,css,wasm,svg,png,csv,webmanifest}"],
        maximumFileSizeToCacheInBytes: 8 << 20,
      },
    }),
  ],
  worker: { format: "es", plugins: () => [oneBuild()] },
  server: { fs: { allow: [root, outpost] }, port: 5173, strictPort: true },
  build: {
    outDir: "dist",
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the page allows no data: URL
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
