// The core, in its worker: the package brings the code that listens.
import "outpost-wasm/lib/worker-main.js";
