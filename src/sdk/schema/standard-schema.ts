// The part of Standard Schema 1.1 (standardschema.dev) that Varve uses, stated here so that the package needs no other.

/** A problem that a schema found in a row. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema says about a row. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** How a schema is asked for its JSON Schema. */
export interface JsonSchemaOptions {
  readonly target: string;
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

/**
 * A schema of another library that checks values and describes them as JSON Schema, such as one of Zod 4.
 *
 * @typeParam I - what it takes
 * @typeParam O - what it returns
 */
export interface StandardSchema<I = unknown, O = I> {
  /** The standard's properties. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
    readonly validate: (value: unknown) => SchemaResult<O> | Promise<SchemaResult<O>>;
    readonly jsonSchema: {
      readonly input: (options: JsonSchemaOptions) => Record<string, unknown>;
      readonly output: (options: JsonSchemaOptions) => Record<string, unknown>;
    };
  };
}

/** What a schema takes. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"];

/** What a schema returns. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"];

/** How rows are checked before they are written: the row as it will be stored, or what is wrong with it. */
export interface RowCheck {
  /** The keys that a row may have, or undefined where any is allowed. */
  readonly keys: ReadonlySet<string> | undefined;
  /** Columns whose texts are instants: they become dates. */
  readonly instants: readonly string[];
  readonly validate: (row: unknown) => SchemaResult<unknown> | Promise<SchemaResult<unknown>>;
}
