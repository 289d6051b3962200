// Installs the packages of a release into empty projects and runs them in every host that the tables beside this file name. It fetches gigabytes
// of other people's packages, so it is no part of the gate: `npm run test:hosts`, and `npm run test:hosts -- jest` for those with this in their name.
// It wants Node 22 or newer, since many of the hosts do.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pack } from "../../scripts/release/pack.mjs";
import { moduleOf, stage, thisPlatform } from "../../scripts/release/packages.mjs";
import { serve } from "../../scripts/release/registry.mjs";
import { at } from "../../scripts/support/files.mjs";
import { bundlers } from "./bundlers.mjs";
import { frameworks } from "./frameworks.mjs";
import { managers } from "./managers.mjs";
import { answer } from "./programs.mjs";
import { runners } from "./runners.mjs";

const limit = 300_000;
const archives = ".release/hosts/archives";

/** Starts a command line in a project. Its group is its own, so that what it started ends with it. */
function start(command, cwd, env) {
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`;
  const own = { CI: "1", NO_COLOR: "1", VARVE_NATIVE: "", VARVE_MODELS: "", NODE_ENV: undefined };
  const child = spawn(command, {
    cwd,
    shell: true,
    detached: process.platform !== "win32",
    env: { ...process.env, ...own, PATH: path, ...env },
  });
  const all = { output: "", status: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes) => {
      all.output += bytes;
    });
  }
  all.ended = new Promise((done) => child.on("close", done)).then((status) => {
    all.status = status;
    return all;
  });
  all.end = () => {
    if (all.status !== undefined) return;
    if (process.platform === "win32") child.kill();
    else process.kill(-child.pid, "SIGKILL");
  };
  return all;
}

async function run(command, cwd, env) {
  const running = start(command, cwd, env);
  const timer = setTimeout(running.end, limit);
  const { output, status } = await running.ended;
  clearTimeout(timer);
  if (status !== 0) throw new Error(`\`${command}\` ends with ${status}:\n${output.slice(-3000)}`);
  return output;
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts a server and asks it until it answers. */
async function ask(command, cwd, env) {
  const port = await freePort();
  const own = { ...env, PORT: String(port), HOST: "127.0.0.1", HOSTNAME: "127.0.0.1" };
  const server = start(command.replaceAll("{port}", port), cwd, own);
  try {
    let said = "nothing";
    for (let tries = 0; tries < 120 && server.status === undefined; tries++) {
      said = await fetch(`http://127.0.0.1:${port}/`).then(
        (response) => response.text(),
        () => said,
      );
      if (said.includes(answer)) return said;
      await wait(500);
    }
    throw new Error(`\`${command}\` answers ${said.slice(0, 300)}\n${server.output.slice(-2000)}`);
  } finally {
    server.end();
    await server.ended;
  }
}

async function install(project, host, values) {
  const packages = { varve: values.archive, ...host.packages };
  const manifest = { name: "host", private: true, version: "0.0.0", dependencies: packages, type: host.type };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(project, ".npmrc"), `@varve:registry=${values.registry}\n`);
  for (const [file, text] of Object.entries(host.files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text.replaceAll("{registry}", values.registry));
  }
  const npm = "npm install --no-audit --no-fund --loglevel=error";
  const scripts = host.scripts === undefined ? "--ignore-scripts" : "";
  if (host.manager === undefined) return run(`${npm} ${scripts}`, project);
  mkdirSync(values.manager, { recursive: true });
  writeFileSync(join(values.manager, "package.json"), JSON.stringify({ dependencies: host.manager }));
  await run(`${npm} ${scripts}`, values.manager);
  return run(host.install.replaceAll("{manager}", join(values.manager, "node_modules", ".bin")), project);
}

/** Runs a host and returns what is worth saying; throws where it does not work. */
async function tryHost(host, registry) {
  const folder = mkdtempSync(join(tmpdir(), "varve-host-"));
  const project = join(folder, "project");
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(project);
  try {
    const values = { ...registry, manager: join(folder, "manager") };
    await install(project, host, values);
    const fill = (command) =>
      command
        .replaceAll("{elsewhere}", elsewhere)
        .replaceAll("{manager}", join(values.manager, "node_modules", ".bin"));
    const env = { ...host.env, ELSEWHERE: elsewhere };
    let output = "";
    for (const command of host.run) output += await run(fill(command), project, env);
    if (host.forbids?.test(output)) throw new Error(`it warns:\n${output.slice(-2000)}`);
    if (host.move !== undefined) {
      cpSync(join(project, host.move), elsewhere, { recursive: true, verbatimSymlinks: true });
      rmSync(project, { recursive: true });
    }
    const place = host.move === undefined ? project : elsewhere;
    const said = host.serve === undefined ? output.trim() : await ask(host.serve, place, env);
    const wanted = host.prints ?? answer;
    if (typeof wanted === "string" ? !said.includes(wanted) : !wanted.test(said)) {
      throw new Error(`it prints:\n${said.slice(-2000)}`);
    }
    return host.shows?.exec(said)?.[0] ?? "";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2).map((name) => name.toLowerCase());
const hosts = [...runners, ...bundlers, ...managers, ...frameworks].filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part)),
);
const modules = (name) =>
  existsSync(at(moduleOf(name))) || name !== thisPlatform()?.name ? moduleOf(name) : "native/varve.node";
rmSync(at(archives), { recursive: true, force: true });
mkdirSync(at(archives), { recursive: true });
const { packed } = pack(stage(".release/hosts/packages", modules), { written: archives, isRelease: false });
const { address, close } = await serve(packed, archives);
const archive = `${address}/-/${packed.find(({ name }) => name === "varve").filename}`;
let failed = 0;
for (const host of hosts) {
  const from = performance.now();
  const seconds = () => `${Math.round((performance.now() - from) / 1000)} s`;
  try {
    const said = await tryHost(host, { registry: address, archive });
    console.log(`hosts: ${host.name}: works, ${seconds()}${said === "" ? "" : `; ${said}`}`);
  } catch (error) {
    failed++;
    console.log(`hosts: ${host.name}: FAILS, ${seconds()}: ${error.message}`);
  }
}
await close();
console.log(`hosts: ${hosts.length - failed} work, ${failed} fail, under Node ${process.versions.node}`);
process.exitCode = failed > 0 ? 1 : 0;
