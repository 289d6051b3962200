// code-history: ask a git repository a question, now and as of any commit.
//   index <repository> [--since <date, sha or tag>] [--db <folder>]
//   ask "question" [--as-of <date, sha or tag>] [--between <a> <b>] [--db <folder>]
//   (nothing)      both, on a sample
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VarveError } from "varve";
import { ask, index, tour } from "./commands.mjs";
import { RepositoryError } from "./repository.mjs";
import { Screen } from "./screen.mjs";

const usage = `Usage:
  index <repository> [--since <date, sha or tag>]
  ask "question" [--as-of <date, sha or tag>] [--between <a> <b>]
Both take --db <folder>, the place of the table. "now" is the newest commit.`;

/** npm runs us in our own folder; paths are meant from where the user stands. */
const from = process.env.INIT_CWD ?? process.cwd();
const screen = new Screen(process.stdout, process.env);

function showProgress({ commits }, total) {
  if (!process.stderr.isTTY || (commits % 20 !== 0 && commits !== total)) return;
  process.stderr.write(commits === total ? "\r\u001b[K" : `\r  ${commits} of ${total} commits`);
}

function parse(args) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        db: { type: "string" },
        since: { type: "string" },
        "as-of": { type: "string" },
        between: { type: "string" },
      },
    });
    return { positionals, values };
  } catch (error) {
    throw new RepositoryError(`${error.message}\n${usage}`, { cause: error });
  }
}

async function run(args) {
  const { positionals, values } = parse(args);
  const [command, ...rest] = positionals;
  if (command === undefined) return await tour(screen);
  const folder =
    values.db === undefined ? fileURLToPath(new URL("../.varve", import.meta.url)) : resolve(from, values.db);
  mkdirSync(folder, { recursive: true });
  if (command === "index" && rest.length === 1) {
    return await index(screen, {
      path: resolve(from, rest[0]),
      db: folder,
      since: values.since,
      onProgress: showProgress,
    });
  }
  // `--between a b`: the second point is what stands alone.
  const between = values.between === undefined ? undefined : [values.between, ...rest.splice(1, 1)];
  if (command !== "ask" || rest.length !== 1 || between?.length === 1) throw new RepositoryError(usage);
  return await ask(screen, { question: rest[0], db: folder, asOf: values["as-of"], between });
}

// `| head` is satisfied before we are.
process.stdout.on("error", (error) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof RepositoryError) && !VarveError.is(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
