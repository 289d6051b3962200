import { describeValue } from "../../describe-value";
import { type AsOf, toAsOfJson } from "../call/as-of";
import { toDate } from "../call/commit";
import { badArgument } from "../call/errors";
import { DATA, type OptionRules } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import type { NativeTable } from "../native/open";

/** What the table itself is called among its branches. */
export const MAIN = "main";

/** Options of `branch`. */
export interface BranchOptions {
  /**
   * Where the branch begins: a point in the history of this table, or of the branch that this is.
   * @default the newest version
   */
  readonly from?: AsOf | undefined;
}

export const BRANCH: OptionRules<BranchOptions> = { from: DATA };

/** A branch of a table. */
export interface Branch {
  /** Its name. */
  readonly name: string;
  /** Where it began: in which branch, `"main"` being the table itself, and at which version. */
  readonly from: { readonly branch: string; readonly version: number };
  /** When it began. */
  readonly createdAt: Date;
  /** Its newest version. Versions go on from that where it began. */
  readonly version: number;
  /** When that was committed; null for version 0. */
  readonly committedAt: Date | null;
}

interface BranchJson {
  readonly name: string;
  readonly from: string | null;
  readonly fromVersion: number;
  readonly createdAt: number;
  readonly version: number;
  readonly committedAt: number | null;
}

/** The name of a table, and that of the branch. */
export function partsOf(line: string): { readonly table: string; readonly branch: string } {
  const at = line.indexOf("@");
  return at < 0 ? { table: line, branch: MAIN } : { table: line.slice(0, at), branch: line.slice(at + 1) };
}

/** What a table is opened by: its name, or that of one of its branches. */
export function lineOf(table: string, branch: string | undefined): string {
  return branch === undefined || branch === MAIN ? table : `${table}@${branch}`;
}

/** Begins a branch and opens it. */
export async function createBranch(
  handle: TableHandle,
  name: string,
  { from }: BranchOptions,
): Promise<NativeTable> {
  checkBranch(name);
  const at = from === undefined ? null : toAsOfJson(from);
  const request = JSON.stringify({ line: handle.name, name, at });
  return await callAsync(() => handle.options.database.createBranch(request));
}

/** The branches of the table. */
export async function branches(handle: TableHandle): Promise<Branch[]> {
  const { table } = partsOf(handle.name);
  const text = await callAsync(() => handle.options.database.branches(table));
  return (JSON.parse(text) as BranchJson[]).map((branch) => ({
    name: branch.name,
    from: { branch: branch.from ?? MAIN, version: branch.fromVersion },
    createdAt: new Date(branch.createdAt),
    version: branch.version,
    committedAt: toDate(branch.committedAt),
  }));
}

/** Removes a branch. */
export async function deleteBranch(handle: TableHandle, name: string): Promise<void> {
  checkBranch(name);
  const { table } = partsOf(handle.name);
  await callAsync(() => handle.options.database.deleteBranch(JSON.stringify({ line: table, name })));
}

/** Throws INVALID_ARGUMENT. */
export function checkBranch(name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw badArgument("name", "the name of a branch", describeValue(name));
}
