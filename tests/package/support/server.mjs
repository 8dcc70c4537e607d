// A static server on loopback, as strict as a careful site: the Content-Security-Policy allows no eval.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { packageDir, root } from "./paths.mjs";

const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm",
  ".csv": "text/csv" };
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; object-src 'none'";
const folders = { "/package/": packageDir, "/tests/": join(root, "tests/package"), "/samples/": join(root, "models/samples"),
  "/bench/": join(root, "wasm/bench") };

/** {url, close()}; `isolated` adds the COOP and COEP headers that SharedArrayBuffer needs. */
export async function serve({ isolated = false } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const headers = { "Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
    if (isolated) {
      headers["Cross-Origin-Opener-Policy"] = "same-origin";
      headers["Cross-Origin-Embedder-Policy"] = "require-corp";
    }
    if (path === "/") return response.writeHead(200, { ...headers, "Content-Type": "text/html" }).end("<!doctype html><title>t</title>");
    if (path === "/favicon.ico") return response.writeHead(204, headers).end();
    const prefix = Object.keys(folders).find((folder) => path.startsWith(folder));
    const file = prefix && join(folders[prefix], normalize(path.slice(prefix.length)));
    if (!file || file.includes("..") || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      return response.writeHead(404, headers).end();
    }
    response.writeHead(200, { ...headers, "Content-Type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => { server.closeAllConnections?.(); server.close(resolve); }),
  };
}
