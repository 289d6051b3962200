import type { Registry } from "../../embeddings/registry";
import type { FunctionSpec } from "../schema/table-schema";
import type { AnyFunction } from "./traits";

/** The functions that tables name. Each is made once for a database, so that its model is loaded once and its limits are shared. */
export class NamedFunctions {
  readonly #registry: Registry;
  readonly #made = new Map<string, AnyFunction>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** The function that a table names; throws EMBEDDING_UNAVAILABLE where nobody knows it. */
  resolve({ name, config }: FunctionSpec): AnyFunction {
    const key = JSON.stringify([name, config]);
    const fn = this.#made.get(key) ?? this.#registry.resolve({ name, config });
    this.#made.set(key, fn);
    return fn;
  }
}
