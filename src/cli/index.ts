#!/usr/bin/env node
// The command `varve`. It sees of Varve what every user sees, and nothing else.

import { main } from "./main";
import { outliveReader, Terminal } from "./terminal";

outliveReader(process.stdout);
outliveReader(process.stderr);
void main(process.argv.slice(2), new Terminal(process.stdout, process.stderr)).then((code) => {
  process.exitCode = code;
});
