// node speed_in_node.mjs IN PACKAGE: the package outpost-wasm in Node; each line of standard input is answered with a
// round over what outpost_speed wrote to the folder IN.
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

import {answerRounds, makeRound} from './run_speed.mjs';

const [from, folder] = process.argv.slice(2);
/** A copy: a Buffer may be a part of a larger one. */
const read = (name) => Uint8Array.from(readFileSync(join(from, name))).buffer;
const {createOutpost} = await import(pathToFileURL(join(resolve(folder), 'index.js')));
const outpost = await createOutpost({threads: false});
await answerRounds(await makeRound({outpost}, read));
