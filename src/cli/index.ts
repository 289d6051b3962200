#!/usr/bin/env node
// The command `varve`. It sees of Varve what every user sees, and nothing else.

import { main } from "./main";
import { endWithPipe, Terminal } from "./terminal";

endWithPipe(process.stdout);
void main(process.argv.slice(2), new Terminal(process.stdout, process.stderr)).then((code) => {
  process.exitCode = code;
});
