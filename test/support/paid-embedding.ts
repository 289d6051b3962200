import {
  type Database,
  type EmbeddingFunction,
  type EmbeddingInput,
  embed,
  type Table,
  table,
  text,
} from "varve";
import { type CustomEmbedding, custom } from "varve/embeddings";
import { diskDatabase, memoryDatabase, type TestOptions } from "./database";
import { fakePace } from "./fake-pace";

/** A call of the function. */
export interface PaidCall {
  /** 0, 1, 2 and on. */
  readonly number: number;
  readonly inputs: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** A function that counts what it would have cost. */
export interface PaidEmbedding extends EmbeddingFunction<string> {
  /** Every call, also those that failed. */
  readonly calls: readonly PaidCall[];
  /** How often each text was answered. */
  readonly paid: ReadonlyMap<string, number>;
  /** The most calls that ran at once. */
  readonly most: () => number;
}

/** What may be different. */
export interface PaidOptions extends Partial<Omit<CustomEmbedding<EmbeddingInput>, "embed" | "dispose">> {
  /** Runs before an answer; what it throws is the answer. What it returns, if anything, is answered instead. */
  readonly before?: (call: PaidCall) => unknown;
}

/** An error as a client of a server throws it. */
export function refusal(status: number, more: object = {}): Error {
  return Object.assign(new Error(`status ${status}`), { status, ...more });
}

/** A function of two dimensions that costs money and fails when told to. The vector of a text is its length and a hash. */
export function paidEmbedding({ before, ...options }: PaidOptions = {}): PaidEmbedding {
  const calls: PaidCall[] = [];
  const paid = new Map<string, number>();
  let running = 0;
  let most = 0;
  const fn = custom<string>({
    name: "paid",
    dimensions: 2,
    maxBatch: 4,
    ...options,
    embed: async (inputs, { signal }) => {
      const call = { number: calls.length, inputs: [...inputs], signal };
      calls.push(call);
      running += 1;
      most = Math.max(most, running);
      try {
        const instead = await before?.(call);
        if (instead !== undefined) return instead as Float32Array[];
        await Promise.resolve();
      } finally {
        running -= 1;
      }
      for (const input of inputs) paid.set(input, (paid.get(input) ?? 0) + 1);
      return inputs.map(paidVector);
    },
  });
  return { ...fn, calls, paid, most: () => most };
}

/** The vector that the function above has for a text. */
export function paidVector(text: string): Float32Array {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return Float32Array.of(text.length, hash);
}

/** The table that the tests of the pipeline write to. */
export function notesOf(fn: EmbeddingFunction<string>, name = "notes") {
  return table(name, { id: text().primaryKey(), body: text().nullable() }, (c) => ({
    vec: embed(fn, c.body),
  }));
}

type Notes = ReturnType<typeof notesOf>;

/** Opens it, in memory or in a folder; nothing waits. */
export async function openNotes(
  fn: EmbeddingFunction<string>,
  { folder, ...options }: TestOptions & { readonly folder?: string } = {},
): Promise<{ db: Database; t: Table<Notes> }> {
  const all = { pace: fakePace(), ...options };
  const db = folder === undefined ? await memoryDatabase(all) : await diskDatabase(folder, all);
  return { db, t: await db.table(notesOf(fn)) };
}

/** Rows with these texts. */
export function notes(bodies: readonly (string | null)[]): { id: string; body: string | null }[] {
  return bodies.map((body, index) => ({ id: String(index).padStart(6, "0"), body }));
}

/** The vectors of the table by the order of the keys. */
export async function vectorsOf(t: Table<Notes>): Promise<(Float32Array | null)[]> {
  const rows = await t.find({ select: ["vec"], orderBy: "id" });
  return rows.map((row) => row.vec);
}

/** Texts that differ. */
export function texts(count: number, prefix = "text"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
}
