#!/usr/bin/env node
// The command `varve`. It sees of Varve what every user sees, and nothing else.

import nodeModule from "node:module";

// Where Node can (from 22.1 on), what it makes of the code is kept in its folder for that, and the next command starts sooner. A library must not decide
// that for its host, so only the command does. `NODE_DISABLE_COMPILE_CACHE=1` turns it off. It has to come before the code.
const keep: unknown = Reflect.get(nodeModule, "enableCompileCache");
if (typeof keep === "function") keep();

const [{ main }, { outliveReader, Terminal }] = await Promise.all([import("./main"), import("./terminal")]);
outliveReader(process.stdout);
outliveReader(process.stderr);
void main(process.argv.slice(2), new Terminal(process.stdout, process.stderr)).then((code) => {
  process.exitCode = code;
});
