import { type EmbeddingFunction, embed, type Table, table, text, timestamp } from "varve";

const columns = {
  id: text().primaryKey(),
  scope: text().indexed(),
  topic: text({ search: true }),
  fact: text({ search: true }),
  at: timestamp().indexed(),
};

const embedded = (name: string, fn: EmbeddingFunction<string>) =>
  table(name, columns, (c) => ({ vector: embed(fn, [c.topic, c.fact]) }));

/** The declaration of a table of facts. */
export type FactDefinition = ReturnType<typeof embedded>;

/** A table of facts. */
export type FactTable = Table<FactDefinition>;

/**
 * The table of what a model remembers: a row is what it knows of a topic. Without a function, facts are found by their words.
 *
 * @example
 * ```ts
 * const t = await db.table(factTable("facts", builtin()));
 * ```
 */
export function factTable(name: string, embedding?: EmbeddingFunction<string>): FactDefinition {
  if (embedding !== undefined) return embedded(name, embedding);
  // Nobody searches the vectors of a table that has none.
  return table(name, columns) as unknown as FactDefinition;
}
