// The demo is the first thing that people run: what it prints is checked here, up to the milliseconds.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("varve-demo-"));

let output: string;
let left: string[];

beforeAll(() => {
  const before = leftovers();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["examples/demo/index.mjs"], {
    cwd: root,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  output = stdout;
  left = leftovers().filter((name) => !before.includes(name));
}, 120_000);

/** The file and the text of the answers below a question, by when they were true. */
function answersTo(question: string): Map<string, string> {
  const after = output
    .slice(output.lastIndexOf(`"${question}"`))
    .split("\n")
    .slice(1, 5);
  const pairs = [after.slice(0, 2), after.slice(2)].map(([head = "", body = ""]) => {
    const [, when = "", path = ""] = /^ {5}(now|1 March)? *\d\.\d\d {2}(\S+)/.exec(head) ?? [];
    return [when, `${path}: ${body.trim()}`] as const;
  });
  return new Map(pairs);
}

describe("npm run demo", () => {
  it("prints plain lines of at most 100 columns where nobody watches", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    for (const line of output.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(100);
  });

  /** The document that answered the second question, whichever it is among those that are installed. */
  function deletedFile(): string {
    return /^ {5}deleted {4}(\S+), which answered the second$/m.exec(output)?.[1] ?? "";
  }

  it("goes through its steps and says how long they took", () => {
    const steps = [...output.matchAll(/^ {2}(\d) {2}\S/gm)].map(([, number]) => Number(number));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(output).toMatch(/^ {5}\d+ files, [\d,]+ passages, \d\.\d MB of text +[\d.,]+ ms$/m);
    expect(output).toMatch(
      /^ {5}version 1: [\d,]+ rows now, 0 of the past, \d+\.\d MB on disk +[\d.,]+ ms$/m,
    );
    expect(output.match(/^ {5}"/gm)).toHaveLength(7);
    expect(output.match(/^ {5}(now|1 March)? *0\.\d\d {2}\S+\.md .* ms$/gim)).toHaveLength(9);
  });

  it("gives another answer now, and the old one as of then", () => {
    const rewritten = answersTo("how do I compare two version numbers?");
    expect(rewritten.get("now")).toMatch(/^semver\/README\.md: There is one function, compare\(a, b\)\./);
    expect(rewritten.get("1 March")).toMatch(/^semver\/README\.md: gt\(v1, v2\)/);
    const deleted = answersTo("what happens when the cache is full?");
    expect(deleted.get("now")).toBe("house-rules/caches.md: It refuses new entries, and says so in the log.");
    expect(deletedFile()).toMatch(/\.md$/);
    expect(deleted.get("1 March")?.startsWith(`${deletedFile()}: `)).toBe(true);
  });

  it("shows what changed", () => {
    expect(output).toMatch(/^ {5}house-rules\/caches\.md: 1 new$/m);
    expect(output).toMatch(/^ {5}semver\/README\.md: 1 changed, \d+ moved$/m);
    expect(output).toContain(`     ${deletedFile()}: `);
    expect(output).toMatch(/^ {5}\S+\.md: \d+ gone$/m);
    expect(output).toMatch(/^ {5}version 1 {2}2025-01-15 {2}\+\d+ ~0 -0 {2}first crawl$/m);
  });

  it("leaves nothing behind", () => {
    expect(left).toEqual([]);
  });
});
