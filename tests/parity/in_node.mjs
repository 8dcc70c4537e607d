// node in_node.mjs PROGRAM.js OUT [OPTION...] [FILE.csv...]: outpost_parity in Node; its results go to the folder OUT.
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, join, resolve} from 'node:path';

import {runCore} from './run_core.mjs';

const [program, out, ...words] = process.argv.slice(2);
const files = words.filter((word) => word.endsWith('.csv'));
const factory = createRequire(import.meta.url)(resolve(program));
const {status, lines, outputs} = await runCore(factory, readFileSync(program.replace(/\.js$/, '.wasm')),
  files.map((file) => ({name: basename(file), bytes: readFileSync(file)})), words.filter((word) => !word.endsWith('.csv')));
for (const [name, bytes] of outputs) writeFileSync(join(out, name), bytes);
console.log(lines.join('\n'));
process.exitCode = status;
