import {
  type AnyTable,
  type AsOf,
  type MongoFilter,
  type RowVersion,
  type Table,
  table,
  text,
  type UntypedTable,
  type Where,
} from "varve";
import { type Names, ownOptions } from "../../own-options";
import { type Change, ifUnchanged } from "../support/if-unchanged";
import { badOption, fileAbove, folderThere, neverThere, noFiles, tooBusy } from "./memory-errors";
import { filePath, memoryPath, ROOT } from "./memory-path";
import type { MemoryFile } from "./memory-view";

/** Whose files. */
export interface MemoryScope {
  /**
   * Whose memory it is, such as the id of a user: several may share a table, and none sees the files of another. It has no slash.
   * @default "", one memory for all
   */
  readonly scope?: string | undefined;
}

/** Its names. */
export const SCOPE: Names<MemoryScope> = { scope: true };

/**
 * The table of the files that models keep. A table of your own needs `path: text().primaryKey()` and `text: text()`; what else it has
 * must not be needed to write a row.
 *
 * @example
 * ```ts
 * const t = await db.table(memoryTable());
 * ```
 */
export function memoryTable(name = "memories") {
  return table(name, { path: text().primaryKey(), text: text() });
}

type FileRow = { readonly path: string; readonly text: string };

/**
 * The files that a model keeps, with all their versions, for the program around it.
 *
 * @example
 * ```ts
 * const files = memoryFiles(t, { scope: user.id });
 * for (const { from, to, row } of await files.history("/memories/notes.md")) console.log(row.text, "from", from.date, "until", to?.date ?? "now");
 * await files.restore("/memories/notes.md", "2026-11-23");
 * ```
 */
export class MemoryFiles {
  readonly #table: Table<UntypedTable>;
  readonly #scope: string;
  #checked: Promise<void> | undefined;

  /** @internal */
  constructor(table: Table<UntypedTable>, scope: string) {
    this.#table = table;
    this.#scope = scope;
  }

  /** The text of a file, now or as it was; undefined where there is none. */
  async read(path: string, at?: AsOf): Promise<string | undefined> {
    const id = this.#id(filePath("path", path));
    const t = await this.#open();
    const view = at === undefined ? t : t.asOf(at);
    const row = await view.get(id, { select: ["path", "text"] });
    return row === undefined ? undefined : String(row["text"]);
  }

  /** All files below a folder, now or as they were, by their paths. */
  async list(folder: string = ROOT, at?: AsOf): Promise<MemoryFile[]> {
    const path = memoryPath("folder", folder);
    const t = await this.#open();
    return await this.#listed(at === undefined ? t : t.asOf(at), path);
  }

  /** Every version of a file, the oldest first. */
  async history(path: string): Promise<RowVersion<MemoryFile>[]> {
    const own = filePath("path", path);
    const t = await this.#open();
    const versions = await t.historyOf(this.#id(own), { select: ["path", "text"] });
    return versions.map(({ from, to, row }) => ({ from, to, row: { path: own, text: String(row["text"]) } }));
  }

  /** Gives a file the text that it had. Where there is a folder or a file above by now, it is refused. */
  async restore(path: string, at: AsOf): Promise<void> {
    const before = await this.read(path, at);
    if (before === undefined) throw neverThere(path);
    const t = await this.#open();
    const row = { path: this.#id(path), text: before };
    await this.#unlessChanged(path, async (view) => {
      if ((await view.count({ where: this.#below(path) })) > 0) throw folderThere(path);
      await this.#checkAbove(view, path);
      return async (ifVersion) => await t.upsert(row, { merge: true, ifVersion });
    });
  }

  /** Removes a file, or all below a folder, from every version: it cannot be undone. Returns how many rows are gone. */
  async purge(path: string): Promise<number> {
    const own = memoryPath("path", path);
    const t = await this.#open();
    return (await t.purge({ where: this.#at(own) })).rows;
  }

  /** @internal Adds a file; false where one is there already. */
  async add(path: string, content: string): Promise<boolean> {
    const t = await this.#open();
    return await this.#unlessChanged(path, async (view) => {
      const isTaken = (await view.count({ where: this.#at(path) })) > 0;
      if (!isTaken) await this.#checkAbove(view, path);
      return async (ifVersion) => {
        if (!isTaken) await t.insert({ path: this.#id(path), text: content }, { ifVersion });
        return !isTaken;
      };
    });
  }

  /** @internal Changes a file from what it is when the change lands. */
  async edit(path: string, change: (content: string) => string, missing: () => Error): Promise<string> {
    const t = await this.#open();
    return await this.#unlessChanged(path, async (view) => {
      const row = await view.get(this.#id(path), { select: ["text"] });
      if (row === undefined) throw missing();
      const before = String(row["text"]);
      const after = change(before);
      const where = { path: this.#id(path), text: before };
      return async () => {
        if (after === before) return after;
        // Who changes other files is in nobody's way.
        const { updated } = await t.update({ where, set: { text: after } });
        if (updated === 0) throw tooBusy(path);
        return after;
      };
    });
  }

  /** @internal Removes a file, or all below a folder; false where there is nothing. */
  async remove(path: string): Promise<boolean> {
    const t = await this.#open();
    return (await t.delete({ where: this.#at(path) })).deleted > 0;
  }

  /** @internal Gives a file, or all below a folder, another path, as one commit. */
  async move(from: string, to: string): Promise<"moved" | "nothing there" | "taken"> {
    const t = await this.#open();
    return await this.#unlessChanged<"moved" | "nothing there" | "taken">(from, async (view) => {
      const rows = await view.find({ where: this.#at(from) });
      if (rows.length === 0) return async () => "nothing there";
      if ((await view.count({ where: this.#at(to) })) > 0) return async () => "taken";
      await this.#checkAbove(view, to);
      const moved = rows.map((row) => ({
        ...row,
        path: this.#id(to) + String(row["path"]).slice(this.#id(from).length),
      }));
      return async (ifVersion) => {
        await t.upsert(moved, { delete: this.#at(from), ifVersion });
        return "moved";
      };
    });
  }

  /** Writes what depends on what is there. */
  async #unlessChanged<T>(path: string, change: Change<UntypedTable, T>): Promise<T> {
    return await ifUnchanged(await this.#open(), change, () => tooBusy(path));
  }

  /** Throws where something above a path is a file. */
  async #checkAbove(view: Pick<Table<UntypedTable>, "find">, path: string): Promise<void> {
    const labels = path.split("/").slice(2, -1);
    const above = labels.map((_, index) => [ROOT, ...labels.slice(0, index + 1)].join("/"));
    const ids = above.map((one) => this.#id(one));
    const [file] = ids.length === 0 ? [] : await view.find({ where: { path: { $in: ids } }, limit: 1 });
    if (file !== undefined) throw fileAbove(String(file["path"]).slice(this.#scope.length));
  }

  async #listed(view: Pick<Table<UntypedTable>, "find">, path: string): Promise<MemoryFile[]> {
    const found = await view.find({ where: this.#at(path), select: ["path", "text"], orderBy: "path" });
    const rows = found as unknown as readonly FileRow[];
    return rows.map((row) => ({ path: row.path.slice(this.#scope.length), text: row.text }));
  }

  /** A file, and all below it if it is a folder. */
  #at(path: string): Where<UntypedTable> {
    return { $or: [{ path: this.#id(path) }, this.#below(path)] };
  }

  /** All below a path. */
  #below(path: string): MongoFilter<UntypedTable> {
    const id = this.#id(path);
    return { path: { $gte: `${id}/`, $lt: `${id}0` } };
  }

  #id(path: string): string {
    return `${this.#scope}${memoryPath("path", path)}`;
  }

  async #open(): Promise<Table<UntypedTable>> {
    this.#checked ??= this.#check().catch((error: unknown) => {
      this.#checked = undefined;
      throw error;
    });
    await this.#checked;
    return this.#table;
  }

  async #check(): Promise<void> {
    const { name, primaryKey, columns } = await this.#table.describe();
    if (primaryKey !== "path") throw noFiles(name, "its primary key is not a text called path");
    const kinds = new Map(columns.map((column) => [column.name, column.kind]));
    if (kinds.get("path") !== "text" || kinds.get("text") !== "text")
      throw noFiles(name, "path and text are not both texts");
  }
}

/** The files that a model keeps in a table, for the program around it. */
export function memoryFiles<D extends AnyTable>(table: Table<D>, options?: MemoryScope): MemoryFiles {
  const { scope } = ownOptions("memoryFiles", options, SCOPE);
  return new MemoryFiles(table.untyped, checkedScope("memoryFiles", scope));
}

/** The scope that a program gives; throws INVALID_ARGUMENT for one that could reach into another. */
export function checkedScope(call: string, scope: unknown): string {
  if (scope === undefined) return "";
  if (typeof scope !== "string" || scope.includes("/"))
    throw badOption(call, "scope", "a text without a slash", scope);
  return scope;
}
