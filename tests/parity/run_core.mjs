// Runs outpost_parity, as Emscripten built it, in Node or in a page: files go into its own file system, results out.

/** Returns {status, lines, outputs}: exit status, what it printed, and [name, bytes] of each file it wrote. */
export async function runCore(factory, wasmBinary, files, options) {
  const lines = [];
  const module = await factory({wasmBinary, print: (line) => lines.push(line), printErr: (line) => console.error(line)});
  module.FS.mkdir('/data');
  module.FS.mkdir('/out');
  for (const {name, bytes} of files) module.FS.writeFile(`/data/${name}`, bytes);
  const status = module.callMain([...options, '--write', '/out', '--scores', '/out', ...files.map(({name}) => `/data/${name}`)]);
  const names = module.FS.readdir('/out').filter((name) => !name.startsWith('.'));
  return {status, lines, outputs: names.map((name) => [name, module.FS.readFile(`/out/${name}`)])};
}
