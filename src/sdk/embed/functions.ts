import type { Registry } from "../../embeddings/registry";
import type { FunctionSpec } from "../schema/table-schema";
import type { AnyFunction } from "./traits";

const made = new WeakMap<Registry, Map<string, AnyFunction>>();

/** The function that a table names. It is made once for a registry, so that its model is loaded once and its limits are shared. */
export function resolveFunction(registry: Registry, { name, config }: FunctionSpec): AnyFunction {
  const known = made.get(registry) ?? new Map<string, AnyFunction>();
  made.set(registry, known);
  const key = JSON.stringify([name, config]);
  const fn = known.get(key) ?? registry.resolve({ name, config });
  known.set(key, fn);
  return fn;
}
