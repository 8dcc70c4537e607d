// The first code of a thread in Node.js: the names that a web worker's script expects, then that script.
import { parentPort, workerData } from "node:worker_threads";

globalThis.self = globalThis;
globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
await import(workerData);
parentPort.on("message", (data) => globalThis.onmessage({ data }));
