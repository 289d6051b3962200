import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./database";

const folder = fileURLToPath(new URL("../golden", import.meta.url));
/** Those without a file are missing where golden tables are kept. */
const parts = ["data", "deaths", "index", "_log", "_tags", "_manifests"];

/** What a golden table holds. */
export interface Expected {
  readonly versions: readonly {
    readonly version: number;
    readonly expired?: true;
    readonly columns?: readonly [name: string, kind: string, nullable: boolean][];
    readonly rows?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
  readonly history: readonly Readonly<Record<string, unknown>>[];
  readonly tags: readonly { readonly name: string; readonly version: number; readonly createdAt: number }[];
  readonly effective: readonly { readonly at: number; readonly version: number }[];
  readonly nearest: readonly {
    readonly query: readonly number[];
    readonly hits: readonly { readonly version: number; readonly keys: readonly unknown[] }[];
  }[];
}

/** The names of all golden tables. */
export const goldenNames = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** What is expected of one. */
export function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Expected;
}

/** A copy of one, as a database with the table `docs`. */
export function copyOf(name: string): string {
  const copy = temporaryFolder();
  for (const part of parts) mkdirSync(join(copy, "docs.varve", part), { recursive: true });
  cpSync(join(folder, name), copy, { recursive: true });
  return copy;
}

/** A value as the JSON beside the tables has it. */
export function shown(value: unknown, kind?: string): unknown {
  if (typeof value === "bigint") {
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : { $int: String(value) };
  }
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { $float: "-0" };
    return Number.isFinite(value) ? value : { $float: String(value).replace("Infinity", "inf") };
  }
  if (value instanceof Date) return value.getTime();
  if (value instanceof Float32Array) return [...value].map((x) => shown(x));
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (kind === "date" && typeof value === "string") return Date.parse(`${value}T00:00:00Z`) / 86_400_000;
  if (Array.isArray(value)) return value.map((item) => shown(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shown(part)]));
}
