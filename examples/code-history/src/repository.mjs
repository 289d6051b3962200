// A git repository, read through the git program: streams in, streams out. Nothing that a repository says is trusted. Names go to git as
// arguments after `--end-of-options` or over its standard input, never through a shell, and what a repository's configuration could start
// (hooks, pagers, external diffs, signature checks, a file system monitor, fetches of missing objects) stays off.
import { spawn } from "node:child_process";
import { BlobReader } from "./blob-reader.mjs";

/** A sentence for the user, where the repository or git cannot do what was asked. */
export class RepositoryError extends Error {}

const quiet = [
  "--no-pager",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.quotePath=false",
  "-c",
  "log.showSignature=false",
];
const env = {
  ...process.env,
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_CONFIG_NOSYSTEM: "1",
  LC_ALL: "C",
};
const MODES_OF_FILES = new Set(["100644", "100755"]);

/** Starts git in a repository. */
function startGit(path, args) {
  return spawn("git", [...quiet, "-C", path, ...args], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
}

/** Waits for git to end; throws what it said where it failed. */
async function ended(child, what) {
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said = (said + text).slice(-2000);
  });
  const code = await new Promise((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", reject);
  }).catch((error) => {
    if (error.code === "ENOENT") throw new RepositoryError("git is not installed, or not on the path.");
    throw error;
  });
  if (code !== 0) throw new RepositoryError(`git ${what} failed: ${said.trim() || `it ended with ${code}`}`);
}

/** The parts of a stream between NUL bytes, as buffers. */
async function* partsOf(stream) {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = buffer.indexOf(0); end >= 0; end = buffer.indexOf(0, from)) {
      yield buffer.subarray(from, end);
      from = end + 1;
    }
    rest = buffer.subarray(from);
  }
  if (rest.length > 0) yield rest;
}

const strict = new TextDecoder("utf-8", { fatal: true });

/** The text of bytes, or undefined where they are not UTF-8. */
export function textOf(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** One entry of a raw diff: what a path holds after the commit; `blob` is null where it is gone or no file. */
function toChange(entry, path) {
  const [, mode, , blob] = entry.split(" ");
  return { path: textOf(path), blob: MODES_OF_FILES.has(mode) ? blob : null };
}

/** A repository that stands in a folder. */
export class Repository {
  #path;

  constructor(path) {
    this.#path = path;
  }

  /** Opens one; throws where there is none. */
  static async open(path) {
    const repository = new Repository(path);
    await repository.#lines(["rev-parse", "--git-dir"], `There is no git repository in ${path}`);
    await repository.#lines(["rev-parse", "--verify", "HEAD"], `The repository in ${path} has no commits`);
    return repository;
  }

  /** Whether the clone holds only the newest part of the history. */
  async isShallow() {
    const [line] = await this.#lines(["rev-parse", "--is-shallow-repository"]);
    return line === "true";
  }

  /** The full name of the commit that a name stands for. */
  async commitOf(name) {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    const [sha] = await this.#lines(args, `The repository has no commit ${JSON.stringify(name)}`);
    return sha;
  }

  /** The commit of the first-parent line that a tag, a sha or a date names; for a date, the last one before it. */
  async lineCommit(name) {
    if (!/^\d{4}-\d{2}-\d{2}/.test(name)) return await this.commitOf(name);
    const [sha] = await this.#lines(["rev-list", "--first-parent", "-1", `--before=${name}`, "HEAD"]);
    if (sha !== undefined) return sha;
    const [root] = (await this.#lines(["rev-list", "--first-parent", "HEAD"])).slice(-1);
    return root;
  }

  /**
   * The commits of the first-parent line, oldest first, each with what it changed against its first parent: those after `after`, or
   * from `since` on, whose own changes are then all the files that it has.
   */
  async *commits({ after, since } = {}) {
    if (since !== undefined) yield await this.#wholeTree(since);
    const start = after ?? since;
    const range = start === undefined ? "HEAD" : `${start}..HEAD`;
    const shape = [
      "--first-parent",
      "--diff-merges=first-parent",
      "--reverse",
      "--raw",
      "-z",
      "--no-abbrev",
      "--no-renames",
    ];
    const plain = [
      "--no-ext-diff",
      "--no-textconv",
      "--no-notes",
      "--no-show-signature",
      "--root",
      "--encoding=UTF-8",
    ];
    const format = "--format=tformat:%H%x00%P%x00%ct%x00%s";
    const child = startGit(this.#path, ["log", ...shape, ...plain, format, "--end-of-options", range, "--"]);
    child.stdin.end();
    const end = ended(child, "log");
    end.catch(() => undefined);
    try {
      yield* commitsFrom(partsOf(child.stdout));
      await end;
    } finally {
      child.kill();
    }
  }

  /** The tags and their commits: `{ name, sha }`. */
  async tags() {
    const format =
      "--format=%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)";
    const lines = await this.#lines(["for-each-ref", format, "refs/tags"]);
    const tags = lines.map((line) => line.split("\0"));
    return tags.flatMap(([name, type, sha, inner, innerSha]) => {
      if (type === "commit") return [{ name, sha }];
      return inner === "commit" ? [{ name, sha: innerSha }] : [];
    });
  }

  /** How many commits the first-parent line has after a commit. */
  async count(after) {
    const range = after === undefined ? "HEAD" : `${after}..HEAD`;
    const args = ["rev-list", "--first-parent", "--count", "--end-of-options", range, "--"];
    const [line] = await this.#lines(args);
    return Number(line);
  }

  /** For every commit that a merge brought in: the commit of the first-parent line that did. */
  async broughtInBy() {
    const parents = new Map();
    for (const line of await this.#lines(["rev-list", "--parents", "HEAD"])) {
      const [sha, ...before] = line.split(" ");
      parents.set(sha, before);
    }
    const line = await this.#lines(["rev-list", "--first-parent", "--reverse", "HEAD"]);
    const by = new Map();
    for (const sha of line) {
      const open = [sha];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (by.has(next)) continue;
        by.set(next, sha);
        open.push(...(parents.get(next) ?? []));
      }
    }
    return by;
  }

  /** A reader of file contents. */
  blobs() {
    return new BlobReader(startGit(this.#path, ["cat-file", "--batch"]));
  }

  async #wholeTree(sha) {
    const format = "%H%x00%P%x00%ct%x00%s";
    const args = [
      "log",
      "-1",
      "-z",
      "--no-show-signature",
      "--no-notes",
      `--format=tformat:${format}`,
      "--end-of-options",
      sha,
      "--",
    ];
    const [header] = [await this.#parts(args)];
    const changes = [];
    for (const part of await this.#parts(["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", sha])) {
      const tab = part.indexOf(9);
      const [mode, , blob] = part.subarray(0, tab).toString("latin1").split(" ");
      changes.push(toChange(`: ${mode} x ${blob}`, part.subarray(tab + 1)));
    }
    return { ...headerOf(header.map(lossy)), changes };
  }

  async #lines(args, otherwise) {
    const parts = await this.#output(args, otherwise);
    return parts
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  async #parts(args) {
    const parts = [];
    const output = await this.#output(args);
    for await (const part of partsOf([output])) parts.push(part);
    return parts;
  }

  async #output(args, otherwise) {
    const child = startGit(this.#path, args);
    child.stdin.end();
    const end = ended(child, args[0]);
    end.catch(() => undefined);
    const chunks = await child.stdout.toArray();
    await end.catch((error) => {
      throw otherwise === undefined ? error : new RepositoryError(`${otherwise}.`, { cause: error });
    });
    return Buffer.concat(chunks);
  }
}

const lossy = (bytes) => bytes.toString("utf8");

function headerOf([sha, parents, seconds, subject]) {
  return {
    sha,
    parents: parents.split(" ").filter(Boolean),
    date: new Date(Number(seconds) * 1000),
    subject,
  };
}

/** Puts the parts of a log together: four of a header, then two of each change. */
async function* commitsFrom(parts) {
  let header = [];
  let commit;
  let entry;
  for await (const part of parts) {
    if (entry !== undefined) {
      commit.changes.push(toChange(entry, part));
      entry = undefined;
      continue;
    }
    const text = lossy(part).replace(/^\n/, "");
    if (header.length === 0 && text.startsWith(":")) {
      entry = text;
      continue;
    }
    if (header.length === 0 && text === "") continue;
    header.push(text);
    if (header.length < 4) continue;
    if (commit !== undefined) yield commit;
    commit = { ...headerOf(header), changes: [] };
    header = [];
  }
  if (commit !== undefined) yield commit;
}
