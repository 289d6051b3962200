import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectOptions, connect, type Database } from "varve";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "varve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A database in memory that is closed when the test has finished. */
export async function memoryDatabase(options?: ConnectOptions): Promise<Database> {
  const db = await connect("memory:", options);
  onTestFinished(() => db.close());
  return db;
}

/** A database in a folder of its own that is closed and gone when the test has finished. */
export async function diskDatabase(folder: string, options?: ConnectOptions): Promise<Database> {
  const db = await connect(folder, options);
  onTestFinished(() => db.close());
  return db;
}
