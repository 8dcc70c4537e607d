// Runs a test program that Emscripten built: node run_wasm.cjs PROGRAM.js [arguments]
// Emscripten before 3.1.9 fetches its .wasm wherever there is a fetch(); without one it reads the file.
delete globalThis.fetch;
process.argv.splice(1, 1);
require(require("path").resolve(process.argv[1]));
