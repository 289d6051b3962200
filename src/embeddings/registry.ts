import { refuseMore } from "../own-options";
import { functionNotRegistered, functionRegistered } from "./embedding-errors";
import type { EmbeddingConfig, EmbeddingFunction, EmbeddingInput } from "./embedding-function";

/** An embedding function as a table keeps it. */
export interface EmbeddingSpec {
  /** The name under which it is registered. */
  readonly name: string;
  /** What tells it from others of the same name. */
  readonly config: EmbeddingConfig;
}

/** Makes a function again from what a table keeps of it. Secrets come from elsewhere, such as the environment. */
export type EmbeddingFactory = (config: EmbeddingConfig) => EmbeddingFunction<EmbeddingInput>;

/**
 * Makes embedding functions again from their names, so that a table that is opened by its name can embed.
 *
 * @example
 * ```ts
 * const registry = new Registry().register("my-model", (config) => myModel(config));
 * const db = await connect("./data", { registry });
 * ```
 */
export class Registry {
  readonly #factories = new Map<string, EmbeddingFactory>();

  /** Says how functions of that name are made; a name can be taken once. */
  register(name: string, factory: EmbeddingFactory, ...more: readonly never[]): this {
    refuseMore("register", more);
    if (this.#factories.has(name)) throw functionRegistered(name);
    this.#factories.set(name, factory);
    return this;
  }

  /** The function that a table names; throws EMBEDDING_UNAVAILABLE where nobody knows it. */
  resolve(spec: EmbeddingSpec, ...more: readonly never[]): EmbeddingFunction<EmbeddingInput> {
    refuseMore("resolve", more);
    const factory = this.#factories.get(spec.name);
    if (factory === undefined) throw functionNotRegistered(spec.name, this.names());
    return factory(spec.config);
  }

  /** The names that are taken. */
  names(...more: readonly never[]): string[] {
    refuseMore("names", more);
    return [...this.#factories.keys()];
  }
}

/** The registry of databases that were connected to without one. Importing `varve/embeddings` fills it with what comes with the package. */
export const registry: Registry = new Registry();
