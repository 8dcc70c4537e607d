// The worker's half of the package has no interface of its own: it is imported to run.
declare module "outpost-wasm/lib/worker-main.js";
