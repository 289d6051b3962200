// The columns of a table as objects that make conditions. Which comparison suits which type is said by the types, and checked for
// everybody in check-filter.

import { describeValue } from "../../describe-value";
import type { ColumnType } from "../schema/column-type";
import { columnNotFound } from "../schema/schema-errors";
import type { TableSchema } from "../schema/table-schema";
import { Condition } from "./condition";
import { wrongOperand } from "./filter-errors";
import { between, compare, compareMany, isNull, like, not, type Path } from "./node";

/** A column, or a part of one, in a filter. */
class Ref {
  readonly #path: Path;

  constructor(path: Path) {
    this.#path = Object.freeze(path);
  }

  eq(value: unknown): Condition {
    return new Condition(compare("eq", this.#path, value));
  }

  ne(value: unknown): Condition {
    return new Condition(compare("ne", this.#path, value));
  }

  lt(value: unknown): Condition {
    return new Condition(compare("lt", this.#path, value));
  }

  lte(value: unknown): Condition {
    return new Condition(compare("lte", this.#path, value));
  }

  gt(value: unknown): Condition {
    return new Condition(compare("gt", this.#path, value));
  }

  gte(value: unknown): Condition {
    return new Condition(compare("gte", this.#path, value));
  }

  in(values: readonly unknown[]): Condition {
    return new Condition(compareMany("in", this.#path, values));
  }

  notIn(values: readonly unknown[]): Condition {
    return new Condition(not(compareMany("in", this.#path, values)));
  }

  between(low: unknown, high: unknown): Condition {
    return new Condition(between(this.#path, low, high));
  }

  like(pattern: unknown): Condition {
    return new Condition(like(this.#path, pattern, false));
  }

  ilike(pattern: unknown): Condition {
    return new Condition(like(this.#path, pattern, true));
  }

  isNull(): Condition {
    return new Condition(isNull(this.#path));
  }

  isNotNull(): Condition {
    return new Condition(not(isNull(this.#path)));
  }

  contains(value: unknown): Condition {
    return new Condition(compare("contains", this.#path, value));
  }

  containsAny(values: readonly unknown[]): Condition {
    return new Condition(compareMany("containsAny", this.#path, values));
  }

  containsAll(values: readonly unknown[]): Condition {
    return new Condition(compareMany("containsAll", this.#path, values));
  }

  path(...keys: readonly string[]): Ref {
    return new Ref([...this.#path, ...keys.map((key) => stepOf("path", key))]);
  }

  field(name: string): Ref {
    return new Ref([...this.#path, stepOf("field", name)]);
  }
}

function stepOf(method: string, key: unknown): string {
  if (typeof key === "string") return key;
  throw wrongOperand(`${method}()`, "names", describeValue(key));
}

/** A struct: the same, and its fields by name, where the name is not one of a method. */
class StructRef extends Ref {
  readonly #fields: ReadonlyMap<string, Ref>;

  constructor(path: Path, type: ColumnType & { kind: "struct" }) {
    super(path);
    this.#fields = new Map(type.fields.map((part) => [part.name, refOf([...path, part.name], part.type)]));
    for (const [name, ref] of this.#fields) {
      if (!(name in Ref.prototype)) Object.defineProperty(this, name, { value: ref, enumerable: true });
    }
  }

  override field(name: string): Ref {
    return this.#fields.get(name) ?? super.field(name);
  }
}

function refOf(path: Path, type: ColumnType): Ref {
  return type.kind === "struct" ? new StructRef(path, type) : new Ref(path);
}

/** The `c` of `where: (c) => ...`; a name that is no column throws COLUMN_NOT_FOUND. */
export function filterColumns(schema: TableSchema): object {
  const refs = new Map(schema.fields.map((field) => [field.name, refOf([field.name], field.type)]));
  return new Proxy(Object.freeze(Object.create(null)), {
    get(_target, name): Ref | undefined {
      if (typeof name === "symbol") return undefined;
      const ref = refs.get(name);
      if (ref === undefined) throw columnNotFound(schema.table, name, schema.names());
      return ref;
    },
  });
}
