import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "varve";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeFinder, describeChange } from "../../examples/code-history/src/change-finder.mjs";
import { code, commitsOf } from "../../examples/code-history/src/code-table.mjs";
import { index, tour } from "../../examples/code-history/src/commands.mjs";
import { cut } from "../../examples/code-history/src/cutter.mjs";
import { Indexer } from "../../examples/code-history/src/indexer.mjs";
import { findPoint } from "../../examples/code-history/src/point.mjs";
import { Repository } from "../../examples/code-history/src/repository.mjs";
import { makeRepository, sampleCommits, sampleFixes } from "../../examples/code-history/src/sample.mjs";
import { Screen } from "../../examples/code-history/src/screen.mjs";

let place;
let db;
let t;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "varve-code-history-test-"));
  db = await connect("memory:");
  t = await db.table(code);
});

afterEach(async () => {
  await db.close();
  rmSync(place, { recursive: true, force: true });
});

function repositoryOf(commits, name = "repository.git") {
  const path = join(place, name);
  mkdirSync(path);
  return { path, shas: makeRepository(path, commits) };
}

async function indexed(path, options = {}) {
  return await new Indexer(t, await Repository.open(path)).run(options);
}

function git(path, ...args) {
  return execFileSync("git", ["-C", path, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

async function allCommits() {
  const commits = [];
  for await (const commit of commitsOf(t)) commits.unshift(commit);
  return commits;
}

/** What a version holds: the pieces by their keys. */
async function piecesAt(version) {
  const rows = await t
    .asOf(version)
    .find({ where: (c) => c.symbol.isNotNull(), select: ["path", "symbol", "body"] });
  return Object.fromEntries(rows.map(({ path, symbol, body }) => [`${path}//${symbol}`, body]));
}

/** The pieces that should be in the table: cut from what git says the commit holds. */
async function piecesInGit(path, sha) {
  const pieces = {};
  for (const name of git(path, "ls-tree", "-r", "-z", "--name-only", sha).split("\0").filter(Boolean)) {
    for (const { symbol, body } of await cut(name, git(path, "show", `${sha}:${name}`)))
      pieces[`${name}//${symbol}`] = body;
  }
  return pieces;
}

class Lines {
  text = "";
  write(text) {
    this.text += text;
  }
}

describe("index", () => {
  it("makes one version of each commit, with its sha, its subject and its date", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    await indexed(path);
    const commits = await allCommits();
    expect(commits.map(({ properties }) => properties.sha)).toEqual(shas);
    expect(commits.map(({ message }) => message)).toEqual(sampleCommits.map(({ subject }) => subject));
    const dates = git(path, "log", "--reverse", "--format=%ct", "main").trim().split("\n");
    expect(commits.map(({ effectiveAt }) => effectiveAt.getTime() / 1000)).toEqual(dates.map(Number));
  });

  it("makes a version of a commit that changes nothing", async () => {
    const { path, shas } = repositoryOf([
      { subject: "one", files: { "a.js": "function a() {\n  return 1;\n}\n" } },
      { subject: "nothing", files: {} },
    ]);
    await indexed(path);
    expect(await t.version()).toBe(2);
    expect(await t.get(`//${shas[1]}`)).toMatchObject({ version: 2, body: "nothing" });
  });

  it("holds at every version what git holds at that commit", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    await indexed(path);
    for (const [at, sha] of shas.entries())
      expect(await piecesAt(at + 1)).toEqual(await piecesInGit(path, sha));
  });

  it("holds at every version of a random history what git holds at that commit", async () => {
    const { path, shas } = repositoryOf(randomHistory(40));
    await indexed(path);
    for (const [at, sha] of shas.entries())
      expect(await piecesAt(at + 1)).toEqual(await piecesInGit(path, sha));
  });

  it("goes on where it stopped, and does nothing twice", async () => {
    const history = randomHistory(30);
    const { path } = repositoryOf(history.slice(0, 17), "half.git");
    const whole = repositoryOf(history);
    await indexed(path);
    git(path, "fetch", whole.path, "main:main");
    const second = await indexed(path);
    expect(second.commits).toBe(13);
    expect((await indexed(path)).commits).toBe(0);
    for (const at of [16, 17, 29])
      expect(await piecesAt(at + 1)).toEqual(await piecesInGit(path, whole.shas[at]));
  });

  it("begins at --since with everything that stood there", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    const repository = await Repository.open(path);
    for (const since of ["1.2.0", shas[7], "2024-01-16T12:00:00Z"])
      expect(await repository.lineCommit(since)).toBe(shas[7]);
    await indexed(path, { since: shas[7] });
    expect(await t.version()).toBe(5);
    expect(await piecesAt(1)).toEqual(await piecesInGit(path, shas[7]));
    expect(await piecesAt(5)).toEqual(await piecesInGit(path, shas[11]));
  });

  it("embeds no text that it has seen: not one that comes back, not one that moves", async () => {
    const first = "function first() {\n  return 1;\n}\n";
    const { path } = repositoryOf([
      { subject: "one", files: { "a.js": first } },
      { subject: "two", files: { "a.js": first.replace("1", "2") } },
      { subject: "back", files: { "a.js": first } },
      { subject: "moved", files: { "a.js": null, "b.js": first } },
      { subject: "lower", files: { "b.js": `\n\n${first}` } },
    ]);
    const { cut: pieces, kept, cached, embedded } = await indexed(path);
    // Five messages and two pieces.
    expect({ pieces, kept, cached, embedded }).toEqual({ pieces: 5, kept: 1, cached: 2, embedded: 7 });
  });

  it("keeps dates from running backwards, and says the real ones", async () => {
    const { path } = repositoryOf([
      { subject: "one", at: 2_000_000, files: { "a.txt": "one" } },
      { subject: "two", at: 1_000_000, files: { "a.txt": "two" } },
      { subject: "three", at: 3_000_000, files: { "a.txt": "three" } },
    ]);
    expect((await indexed(path)).clamped).toBe(1);
    const commits = await allCommits();
    expect(commits.map(({ effectiveAt }) => effectiveAt.getTime() / 1000)).toEqual([
      2_000_000, 2_000_000, 3_000_000,
    ]);
    expect(commits[1].properties.committed).toBe(new Date(1_000_000_000).toISOString());
  });

  it("gives versions the tags of their commits; a tag beside the line that of the merge", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    const tree = git(path, "rev-parse", "main^{tree}").trim();
    const who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    const side = git(path, ...who, "commit-tree", tree, "-p", shas[3], "-m", "side").trim();
    const merge = git(path, ...who, "commit-tree", tree, "-p", shas[11], "-p", side, "-m", "merge").trim();
    git(path, "update-ref", "refs/heads/main", merge);
    git(path, ...who, "tag", "-a", "1.1.1", "-m", "patch", side);
    await indexed(path);
    const tags = Object.fromEntries((await t.tags()).map(({ name, version }) => [name, version]));
    expect(tags).toEqual({ "1.0.0": 2, "1.1.0": 5, "1.2.0": 8, "2.0.0": 12, "1.1.1": 13 });
  });

  it("passes over what is no text, too large or written by a tool", async () => {
    const { path } = repositoryOf([
      {
        subject: "all kinds",
        files: {
          "binary.txt": "a\0b",
          "large.txt": "word\n".repeat(60_000),
          "package-lock.json": "{}",
          "kept.txt": "a line of text",
        },
      },
    ]);
    expect((await indexed(path)).passedOver).toBe(3);
    expect(Object.keys(await piecesAt(1))).toEqual(["kept.txt//· a line of text"]);
  });

  it("takes names for names, whatever they look like", async () => {
    const names = ["--output=x.js", "$(touch x).js", "a\nb.js", '"q".js', "-", "ünï.js", "a#b/c.js", "%s.js"];
    const body = "function f() {\n  return 1;\n}\n";
    const { path, shas } = repositoryOf([
      { subject: "--all; $(touch y)", files: Object.fromEntries(names.map((name) => [name, body])) },
    ]);
    await indexed(path);
    const files = await t.find({
      where: (c) => c.outline.isNotNull().and(c.path.isNotNull()),
      select: ["path"],
    });
    expect(files.map((file) => file.path).sort()).toEqual([...names].sort());
    expect((await allCommits())[0]).toMatchObject({
      message: "--all; $(touch y)",
      properties: { sha: shas[0] },
    });
  });

  it("says that a shallow clone is one, and indexes what is there", async () => {
    const { path } = repositoryOf(sampleCommits);
    git(place, "clone", "--quiet", "--bare", "--depth", "3", `file://${path}`, "shallow.git");
    const lines = new Lines();
    const screen = new Screen(lines, {});
    await index(screen, { path: join(place, "shallow.git"), db: join(place, "table") });
    expect(lines.text).toContain("This clone is shallow");
    expect(lines.text).toContain("3 commits in");
  });

  it("refuses to go on where history was rewritten, and in another repository", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    await indexed(path);
    git(path, "update-ref", "refs/heads/main", shas[5]);
    await expect(indexed(path)).rejects.toThrow(/is not on the first-parent line of HEAD any more/);
    const other = repositoryOf([{ subject: "other", files: { "a.txt": "other" } }], "other.git");
    await expect(indexed(other.path)).rejects.toThrow(/which this repository does not have/);
    await expect(Repository.open(place)).rejects.toThrow(`There is no git repository in ${place}.`);
    git(place, "init", "--quiet", "--bare", "empty.git");
    await expect(Repository.open(join(place, "empty.git"))).rejects.toThrow(/has no commits\.$/);
    await expect((await Repository.open(path)).commitOf("nope")).rejects.toThrow('has no commit "nope".');
  });
});

describe("ask", () => {
  it("finds a version by a tag, a date, the beginning of a sha, and its number", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    await indexed(path);
    for (const name of ["1.1.0", "2024-01-14", shas[4].slice(0, 8), "#5"]) {
      expect(await findPoint(t, name)).toMatchObject({ version: 5, sha: shas[4] });
    }
    expect((await findPoint(t, "now")).version).toBe(12);
    for (const name of ["nothing", "beef"])
      await expect(findPoint(t, name)).rejects.toThrow(/Nothing is called/);
  });

  it("names the commit in which the answer changed", async () => {
    const { path } = repositoryOf(sampleCommits);
    await indexed(path);
    const named = [];
    for (const { question } of sampleFixes) {
      const { changes } = await new ChangeFinder(t, question).between(1, 12);
      named.push((await describeChange(t, changes[0])).subject);
    }
    expect(named).toEqual(sampleFixes.map(({ subject }) => subject));
  });

  it("shows the lines that changed and where they stand", async () => {
    const { path, shas } = repositoryOf(sampleCommits);
    await indexed(path);
    const { changes } = await new ChangeFinder(t, "is the form token compared in constant time?").between(
      1,
      12,
    );
    expect(await describeChange(t, changes[0])).toMatchObject({
      sha: shas[10],
      path: "web/session.ts",
      symbol: "isTokenValid",
      start: 11,
      end: 14,
      removed: [{ at: 2, text: "  return given === expected;" }],
      added: [{ at: 2, text: "  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));" }],
    });
  });

  it("follows a piece to the file where it was before", async () => {
    const before =
      "function limit(size) {\n  // the largest size of an upload in bytes\n  return size < 1000;\n}\n";
    const { path } = repositoryOf([
      { subject: "one", files: { "a.js": before } },
      { subject: "more", files: { "a.js": before.replace("1000", "5000000") } },
      { subject: "move", files: { "a.js": null, "lib/b.js": before.replace("1000", "5000000") } },
    ]);
    await indexed(path);
    const { changes } = await new ChangeFinder(t, "the largest size of an upload").between(1, 3);
    expect(changes.map(({ version }) => version)).toEqual([2]);
  });

  it("asks a number of versions that grows with the logarithm of the history", async () => {
    const body = (limit) => `function limit() {\n  // the largest size of an upload\n  return ${limit};\n}\n`;
    const filler = (at) => ({ subject: `${at}`, files: { "other.txt": `${at}` } });
    const commits = Array.from({ length: 200 }, (_, at) => filler(at));
    commits[0].files["a.js"] = body(1);
    commits[120].files["a.js"] = body(2);
    const { path } = repositoryOf(commits);
    await indexed(path);
    const finder = new ChangeFinder(t, "the largest size of an upload");
    const { changes } = await finder.between(1, 200);
    expect(changes.filter((change) => change.after?.path === "a.js").map(({ version }) => version)).toEqual([
      121,
    ]);
    // Two pieces, two searches, and for each piece both ends and a read for each halving.
    expect(finder.asked).toBeLessThan(60);
  });
});

it("without arguments it shows all of it on a sample, and nothing of a repository reaches the terminal raw", async () => {
  const lines = new Lines();
  await tour(new Screen(lines, {}));
  expect(lines.text).toContain("the answer changed in");
  const screen = new Screen(lines, {});
  screen.commit("\u001b[2J", {
    sha: "0".repeat(40),
    date: new Date(0),
    subject: "\u001b]0;x\u0007\u202e",
    version: 1,
  });
  expect(lines.text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

/** A history of small changes to some files: lines written, rewritten, taken away, files that come, go and come back. */
function randomHistory(length) {
  let seed = 7;
  const random = (below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const names = ["a.js", "b.py", "c.md", "d.txt", "e.rs", "f.go", "g.ts"];
  const makers = {
    js: (at) => `// Number ${at}.\nexport function f${at % 5}(x) {\n  return x + ${at};\n}\n`,
    ts: (at) => `export class C${at % 3} {\n  m(): number {\n    return ${at};\n  }\n}\n`,
    py: (at) => `@wrapped\ndef f${at % 5}(x):\n    """Adds ${at}."""\n    return x + ${at}\n\n`,
    md: (at) => `# Title ${at % 4}\n\nA paragraph about ${at}.\n\n`,
    txt: (at) => `paragraph ${at}\n\n`,
    rs: (at) => `impl A${at % 2} {\n    fn f${at % 5}() -> u32 {\n        ${at}\n    }\n}\n`,
    go: (at) => `func F${at % 5}() int {\n\treturn ${at}\n}\n\n`,
  };
  const files = new Map();
  return Array.from({ length }, (_, at) => {
    const changed = {};
    for (let i = random(4); i >= 0; i--) {
      const name = names[random(names.length)];
      const parts = files.get(name) ?? [];
      const make = makers[name.split(".")[1]];
      if (parts.length > 0 && random(8) === 0) {
        files.delete(name);
        changed[name] = null;
        continue;
      }
      const place = random(parts.length + 1);
      parts.splice(
        place,
        random(3) === 0 ? 1 : 0,
        ...Array.from({ length: 1 + random(3) }, () => make(random(40))),
      );
      files.set(name, parts);
      changed[name] = parts.join("");
    }
    return { subject: `commit ${at}`, files: changed };
  });
}
