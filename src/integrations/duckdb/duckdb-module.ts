import { noDuckdb } from "./duckdb-errors";

/** The package `@duckdb/node-api`. */
export type DuckdbModule = typeof import("@duckdb/node-api");

/** A vector of DuckDB's, as its bindings know it. */
export type RawVector = unknown;

/** What is used of the package `@duckdb/node-bindings`: memory is copied into vectors as it is. */
export interface RawVectors {
  data_chunk_get_vector(chunk: never, index: number): RawVector;
  array_vector_get_child(vector: never): RawVector;
  vector_get_data(vector: never, bytes: number): Uint8Array;
  vector_ensure_validity_writable(vector: never): void;
  vector_assign_string_element_len(vector: never, index: number, data: Uint8Array): void;
  copy_data_to_vector(vector: never, to: number, source: ArrayBuffer, from: number, bytes: number): void;
  copy_data_to_vector_validity(
    vector: never,
    to: number,
    source: ArrayBuffer,
    from: number,
    bytes: number,
  ): void;
}

/** What the adapter needs of DuckDB. */
export interface Duckdb {
  readonly api: DuckdbModule;
  /** Absent where it cannot be loaded: then values go in one by one. */
  readonly raw: RawVectors | undefined;
}

/** The packages: the caller's own, or those that are installed. */
export async function duckdbModules(given: DuckdbModule | undefined): Promise<Duckdb> {
  return { api: given ?? (await installed()), raw: await rawVectors() };
}

async function installed(): Promise<DuckdbModule> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    throw noDuckdb(cause);
  }
}

async function rawVectors(): Promise<RawVectors | undefined> {
  try {
    const module: object = await import("@duckdb/node-bindings");
    const raw: unknown = Reflect.get(module, "default") ?? module;
    return isRaw(raw) ? raw : undefined;
  } catch {
    // It is a dependency of the other package, which some package managers hide.
    return undefined;
  }
}

const USED: Readonly<Record<keyof RawVectors, true>> = {
  data_chunk_get_vector: true,
  array_vector_get_child: true,
  vector_get_data: true,
  vector_ensure_validity_writable: true,
  vector_assign_string_element_len: true,
  copy_data_to_vector: true,
  copy_data_to_vector_validity: true,
};

function isRaw(value: unknown): value is RawVectors {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(USED).every((name) => typeof Reflect.get(value, name) === "function")
  );
}
