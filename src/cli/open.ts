import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type Database, type Table } from "varve";
import "varve/embeddings";
import { openTable as openExactly } from "../open-table";
import { CliError, usageError } from "./cli-error";
import { type Input, textOption } from "./command";

/** The default database. */
export const DATABASE = "./.varve";
/** The default table. */
export const TABLE = "docs";

/** Opens the database of a command that reads, lets `use` work with it, and closes it. */
export async function withDatabase<T>(input: Input, use: (db: Database) => Promise<T>): Promise<T> {
  return await withDatabaseThere(textOption(input, "db") ?? DATABASE, use);
}

/** Opens a database that has to be there, lets `use` work with it, and closes it. */
export async function withDatabaseThere<T>(place: string, use: (db: Database) => Promise<T>): Promise<T> {
  if (!isAddress(place) && !existsSync(place)) {
    throw new CliError(
      `There is no database at ${place}.`,
      `Make one with: varve ingest <folder> --db ${place}`,
    );
  }
  return await withDatabaseAt(place, use);
}

/** Opens the database of a command that writes, which is made if it is not there, lets `use` work with it, and closes it. */
export async function withDatabaseMade<T>(input: Input, use: (db: Database) => Promise<T>): Promise<T> {
  const place = textOption(input, "db") ?? DATABASE;
  return await withDatabaseAt(place, async (db) => {
    const done = await use(db);
    if (place === DATABASE) await hideFromGit(place);
    return done;
  });
}

/** Keeps the default database, which is made in the middle of somebody's project, out of their repository. */
async function hideFromGit(place: string): Promise<void> {
  const file = join(place, ".gitignore");
  // It is theirs once it is there; and a disk that refuses it is no reason to fail.
  await writeFile(file, "# Made by varve.\n*\n", { flag: "wx" }).catch(() => undefined);
}

/** Opens a database, which is made if it is not there, lets `use` work with it, and closes it. */
export async function withDatabaseAt<T>(place: string, use: (db: Database) => Promise<T>): Promise<T> {
  const db = await connect(place);
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

/** Opens the table that was named, or else the only one there is, or else `docs`. */
export async function openTable(input: Input, db: Database): Promise<Table> {
  return await db.openTable(await tableName(input, db));
}

async function tableName(input: Input, db: Database): Promise<string> {
  const named = textOption(input, "table");
  if (named !== undefined) return named;
  const names = await db.tables();
  const [only] = names;
  if (only === undefined) {
    throw new CliError("There are no tables.", "Fill one with: varve ingest <folder> --db <folder>");
  }
  if (names.length === 1) return only;
  if (names.includes(TABLE)) return TABLE;
  throw usageError(`There are several tables: ${names.join(", ")}.`, "Say which one with --table.");
}

/** Opens the database and the table of a command that reads. */
export async function withTable<T>(input: Input, use: (table: Table) => Promise<T>): Promise<T> {
  return await withDatabase(input, async (db) => use(await openTable(input, db)));
}

/** Opens the database and the table of a command that reads every integer as it is, whatever its size. */
export async function withExactTable<T>(input: Input, use: (table: Table) => Promise<T>): Promise<T> {
  return await withDatabase(input, async (db) => use(await openExactly(db, await tableName(input, db))));
}

function isAddress(place: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(place);
}
