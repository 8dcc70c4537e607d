// Serves the built app on this machine only.
// usage: node pwa/tools/serve.mjs [--port N]        (default 8080; 0: any free one)
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { host } from "./host.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const [option, value, ...rest] = process.argv.slice(2);
const port = option === undefined ? 8080 : Number(value);
if ((option !== undefined && option !== "--port") || rest.length > 0 || !Number.isInteger(port) || port < 0 || port > 65535) {
  console.error("usage: tools/run serve [--port N]");
  process.exit(2);
}
if (!existsSync(`${dist}/index.html`)) {
  console.error("pwa/dist is missing: run tools/run serve, which builds it");
  process.exit(1);
}
const server = host(dist);
server.on("error", (error) => {
  console.error(error.code === "EADDRINUSE" ? `Port ${port} is taken: choose another with --port N` : String(error));
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => console.log(`Outpost: http://localhost:${server.address().port}/   (Ctrl+C ends it)`));
