// A small static host for the built app: Brotli as it was packed, the right types, strict headers.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".csv": "text/csv; charset=utf-8",
  ".webmanifest": "application/manifest+json", ".json": "application/json" };

export const policy = ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' blob:",
  "font-src 'self'", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'",
  "frame-ancestors 'none'"].join("; ");

const security = {
  "Content-Security-Policy": policy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** Answers from `folder`; gives the server, which does not listen yet. */
export function host(folder) {
  return createServer((request, response) => {
    let path;
    try {
      path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    } catch {
      return response.writeHead(400, security).end();
    }
    if (request.method !== "GET" && request.method !== "HEAD") return response.writeHead(405, { ...security, Allow: "GET, HEAD" }).end();
    if (path.endsWith(sep)) path += "index.html";
    const file = join(folder, path);
    if (path.includes("\0") || !file.startsWith(folder + sep) || file.endsWith(".br") || !isFile(file)) {
      return response.writeHead(404, { ...security, "Content-Type": "text/plain" }).end("not found\n");
    }
    const packed = /\bbr\b/.test(request.headers["accept-encoding"] ?? "") && isFile(`${file}.br`);
    const sent = packed ? `${file}.br` : file;
    const headers = {
      ...security,
      "Content-Type": types[extname(file)] ?? "application/octet-stream",
      "Content-Length": statSync(sent).size,
      // Names under assets/ change with their content; all others are asked for anew.
      "Cache-Control": path.startsWith(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
      Vary: "Accept-Encoding",
      ...(packed && { "Content-Encoding": "br" }),
    };
    response.writeHead(200, headers);
    if (request.method === "HEAD") return response.end();
    createReadStream(sent).on("error", () => response.destroy()).pipe(response);
  });
}
