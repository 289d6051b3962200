import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectOptions, connect, type Database } from "varve";
import { onTestFinished } from "vitest";
import type { Pace } from "../../src/sdk/embed/pace";

/** What `connect` takes in a test. */
export interface TestOptions extends ConnectOptions {
  /** How time passes; as everywhere where it is undefined. */
  readonly pace?: Pace | undefined;
}

/** A folder that is gone when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "varve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A database in memory that is closed when the test has finished. */
export async function memoryDatabase(options?: TestOptions): Promise<Database> {
  const db = await connect("memory:", options);
  onTestFinished(() => db.close());
  return db;
}

/** A database in a folder of its own that is closed and gone when the test has finished. */
export async function diskDatabase(folder: string, options?: TestOptions): Promise<Database> {
  const db = await connect(folder, options);
  onTestFinished(() => db.close());
  return db;
}
