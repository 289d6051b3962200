// A small repository with a history, made with `git fast-import`: something to look at, and something to test with, without a network.
import { spawnSync } from "node:child_process";

const DAY = 24 * 60 * 60;
const FIRST = Date.UTC(2024, 0, 8, 9) / 1000;

/**
 * Makes a bare repository in a folder. `commits` are `{ subject, files, tag?, at? }`: `files` maps paths to texts, or to null where a file
 * goes; `at` is a date in seconds, by default a day after the one before. Returns the shas.
 */
export function makeRepository(folder, commits) {
  git(folder, ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", "."]);
  const parts = [];
  let at = FIRST;
  for (const [index, commit] of commits.entries()) {
    at = commit.at ?? at + DAY;
    parts.push(
      `commit refs/heads/main\nmark :${index + 1}\ncommitter A <a@example.com> ${at} +0000\n`,
      data(commit.subject),
    );
    for (const [path, text] of Object.entries(commit.files)) {
      const name = JSON.stringify(path);
      parts.push(
        text === null ? `D ${name}\n` : `M 100644 inline ${name}\n`,
        text === null ? "" : data(text),
      );
    }
    if (commit.tag !== undefined) parts.push(`reset refs/tags/${commit.tag}\nfrom :${index + 1}\n\n`);
  }
  git(folder, ["fast-import", "--quiet"], Buffer.concat(parts.map((part) => Buffer.from(part))));
  return git(folder, ["rev-list", "--first-parent", "--reverse", "main"]).trim().split("\n");
}

function data(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

function git(folder, args, input) {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...args], {
    input,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout;
}

const cacheLimit = (full) => `# Cache

## Size

The cache holds 500 entries.

## When the cache is full

${full}
`;

const cache = ({ eviction, expiry }) => `// Keeps what was asked for lately.

/** Says whether an entry is too old to be used. */
export function isExpired(entry, now) {
  return ${expiry};
}

/** Adds an entry. When the cache is full, room is made first. */
export function put(cache, key, value, now) {
  if (cache.size >= cache.limit) {
${eviction}
  }
  cache.set(key, { value, at: now });
}

/** The number of entries. */
export function size(cache) {
  return cache.size;
}
`;

const retry = ({ wait, limit }) => `"""Asks a server again when it did not answer."""

import time


def wait_before(attempt):
    """How many seconds to wait before the next attempt."""
    return ${wait}


def should_retry(status, attempt):
    """Whether a response with this status is asked for again."""
    return ${limit}
`;

const parse = ({ empty, quotes }) => `package parse

// Fields splits a line of a CSV file into its fields.
func Fields(line string) []string {
${empty}
	return split(line, ',', ${quotes})
}
`;

const path = ({ check }) => `/// Joins a path from a request to the folder that is served.
pub fn resolve(root: &Path, asked: &str) -> Result<PathBuf, Error> {
${check}
    Ok(root.join(asked))
}

/// The type of a file, by its ending.
pub fn content_type(path: &Path) -> &'static str {
    match path.extension() {
        Some("html") => "text/html",
        _ => "application/octet-stream",
    }
}
`;

const session = ({ cookie, compare }) => `export interface Session {
  id: string;
  user: string;
}

/** The cookie that carries the session to the browser. */
export function sessionCookie(session: Session): string {
  return ${cookie};
}

/** Whether the token of a form is the one of the session. */
export function isTokenValid(given: string, expected: string): boolean {
  return ${compare};
}
`;

const oldest = "    cache.delete(cache.keys().next().value);";
const refused = '    throw new Error("the cache is full");';

/** The history that `npm run code-history` shows without arguments: a dozen fixes in six languages. */
export const sampleCommits = [
  {
    subject: "A server, its cache and its documentation",
    files: {
      "src/cache.js": cache({ eviction: refused, expiry: "now - entry.at > 60" }),
      "docs/cache.md": cacheLimit("A new entry is refused, and the log says so."),
      "client/retry.py": retry({ wait: "1", limit: "status >= 400 and attempt < 5" }),
      "csv/parse.go": parse({ empty: "", quotes: "false" }),
    },
  },
  {
    subject: "Serve files and keep sessions",
    tag: "1.0.0",
    files: {
      "server/path.rs": path({ check: "" }),
      "web/session.ts": session({ cookie: "`session=${session.id}; Path=/`", compare: "given === expected" }),
    },
  },
  {
    subject: "Wait longer before each attempt",
    files: { "client/retry.py": retry({ wait: "2 ** attempt", limit: "status >= 400 and attempt < 5" }) },
  },
  {
    subject: "Do not retry what the client did wrong",
    files: { "client/retry.py": retry({ wait: "2 ** attempt", limit: "status >= 500 and attempt < 5" }) },
  },
  {
    subject: "A full cache lets its oldest entry go",
    tag: "1.1.0",
    files: {
      "src/cache.js": cache({ eviction: oldest, expiry: "now - entry.at > 60" }),
      "docs/cache.md": cacheLimit("The oldest entry goes, and makes room for the new one."),
    },
  },
  {
    subject: "Refuse paths that climb out of the folder",
    files: {
      "server/path.rs": path({
        check:
          "    if asked.split('/').any(|part| part == \"..\") {\n        return Err(Error::Forbidden);\n    }",
      }),
    },
  },
  {
    subject: "An empty line has no fields",
    files: { "csv/parse.go": parse({ empty: '\tif line == "" {\n\t\treturn nil\n\t}', quotes: "false" }) },
  },
  {
    subject: "Hide the session cookie from scripts",
    tag: "1.2.0",
    files: {
      "web/session.ts": session({
        cookie: "`session=${session.id}; Path=/; HttpOnly; Secure`",
        compare: "given === expected",
      }),
    },
  },
  {
    subject: "Commas inside quotes do not end a field",
    files: { "csv/parse.go": parse({ empty: '\tif line == "" {\n\t\treturn nil\n\t}', quotes: "true" }) },
  },
  {
    subject: "Entries expire after an hour",
    files: { "src/cache.js": cache({ eviction: oldest, expiry: "now - entry.at > 60 * 60" }) },
  },
  {
    subject: "Compare form tokens in constant time",
    files: {
      "web/session.ts": session({
        cookie: "`session=${session.id}; Path=/; HttpOnly; Secure`",
        compare: "timingSafeEqual(Buffer.from(given), Buffer.from(expected))",
      }),
    },
  },
  {
    subject: "Add jitter, so that clients do not come back all at once",
    tag: "2.0.0",
    files: {
      "client/retry.py": retry({
        wait: "2 ** attempt * random.uniform(0.5, 1.5)",
        limit: "status >= 500 and attempt < 5",
      }),
    },
  },
];

/** Questions about it, with the subject of the commit that each is about. */
export const sampleFixes = [
  { question: "what happens when the cache is full?", subject: "A full cache lets its oldest entry go" },
  { question: "after how long does an entry expire?", subject: "Entries expire after an hour" },
  { question: "which status is asked for again?", subject: "Do not retry what the client did wrong" },
  {
    question: "does a file path outside of the folder get served?",
    subject: "Refuse paths that climb out of the folder",
  },
  { question: "how many fields does an empty line have?", subject: "An empty line has no fields" },
  {
    question: "are commas inside quotes handled by the CSV split?",
    subject: "Commas inside quotes do not end a field",
  },
  {
    question: "can a script in the browser read the session cookie?",
    subject: "Hide the session cookie from scripts",
  },
  {
    question: "is the form token compared in constant time?",
    subject: "Compare form tokens in constant time",
  },
  {
    question: "do clients come back at random times, with jitter?",
    subject: "Add jitter, so that clients do not come back all at once",
  },
];
