// Filters as SQL: a small Pratt parser over the tokens of a template.

import { describeValue } from "../../describe-value";
import { messageOf } from "../../realm";
import { VarveError } from "../../varve-error";
import { parseDate, parseInstant } from "../schema/calendar";
import { DEPTH_MAX, NODES_MAX } from "../schema/rules";
import { Condition } from "./condition";
import { badSql, notATemplate, tooDeep, tooLarge, unreadableFilter } from "./filter-errors";
import {
  between,
  type CompareOp,
  compare,
  compareMany,
  type FilterNode,
  isNull,
  join,
  like,
  not,
  type Path,
} from "./node";
import { lex, type Token } from "./sql-lexer";

/**
 * A filter in SQL. Values are bound with `${...}` and never become SQL; an array may stand after `IN`.
 *
 * Knows `= <> != < <= > >=`, `IN`, `BETWEEN`, `LIKE`, `ILIKE`, `IS NULL`, each with `NOT`; `AND`, `OR`, `NOT` and parentheses;
 * names (also `"quoted"`, and `meta.author` for parts), texts, numbers, `TRUE`, `FALSE`, `DATE '2026-02-28'` and
 * `TIMESTAMP '2026-02-28T12:00:00Z'`. Columns and types are checked when a table is asked.
 *
 * @example
 * ```ts
 * await t.find({ where: sql`lang IN ${["en", "de"]} AND views > 3 AND at >= ${monday}` });
 * ```
 */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Condition {
  if (!Array.isArray(strings?.raw)) throw notATemplate(describeValue(strings));
  try {
    return new Condition(parseSql(strings.raw, values));
  } catch (cause) {
    throw VarveError.is(cause) ? cause : unreadableFilter("A value of sql", messageOf(cause), cause);
  }
}

/** The tree of a SQL filter, in pieces with the bound values between them. */
export function parseSql(pieces: readonly string[], values: readonly unknown[]): FilterNode {
  return new SqlParser(pieces, values).parse();
}

const COMPARISONS: Readonly<Record<string, CompareOp>> = {
  "=": "eq",
  "<>": "ne",
  "!=": "ne",
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte",
};

const MIRRORED: Readonly<Record<string, CompareOp>> = { lt: "gt", lte: "gte", gt: "lt", gte: "lte" };

const RESERVED = new Set([
  "AND",
  "OR",
  "NOT",
  "IN",
  "BETWEEN",
  "LIKE",
  "ILIKE",
  "IS",
  "NULL",
  "TRUE",
  "FALSE",
]);

const BINDING = { or: 1, and: 2, not: 3 } as const;

type Operand = { readonly column: Path } | { readonly value: unknown };

class SqlParser {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  #at = 0;
  #nodes = 0;

  constructor(pieces: readonly string[], values: readonly unknown[]) {
    const { tokens, source } = lex(pieces, values);
    this.#tokens = tokens;
    this.#source = source;
  }

  parse(): FilterNode {
    if (this.#peek().kind === "end") throw this.#error("it is empty", "Leave out where to mean every row.");
    const node = this.#expression(0, 1);
    if (this.#peek().kind !== "end")
      throw this.#error("more follows than one condition", "Join conditions with AND or OR.");
    return node;
  }

  /** A condition whose operators bind tighter than `binding`. */
  #expression(binding: number, depth: number): FilterNode {
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    let left = this.#prefix(depth);
    while (true) {
      const op = this.#joiner();
      if (op === undefined || BINDING[op] <= binding) return left;
      const args = [left];
      while (this.#joiner() === op) {
        this.#at += 1;
        args.push(this.#expression(BINDING[op], depth + 1));
      }
      left = join(op, args);
    }
  }

  #joiner(): "and" | "or" | undefined {
    const token = this.#peek();
    if (token.kind !== "word") return undefined;
    if (token.upper === "AND") return "and";
    return token.upper === "OR" ? "or" : undefined;
  }

  #prefix(depth: number): FilterNode {
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX) throw tooLarge(NODES_MAX);
    if (this.#takeWord("NOT")) return not(this.#expression(BINDING.not, depth + 1));
    if (this.#takeSymbol("(")) {
      const node = this.#expression(0, depth + 1);
      this.#expectSymbol(")");
      return node;
    }
    return this.#predicate();
  }

  #predicate(): FilterNode {
    const left = this.#operand();
    const symbol = this.#peek();
    const op =
      symbol.kind === "symbol" && Object.hasOwn(COMPARISONS, symbol.text)
        ? COMPARISONS[symbol.text]
        : undefined;
    if (op !== undefined) {
      this.#at += 1;
      return this.#comparison(left, op, this.#operand());
    }
    if (!("column" in left))
      throw this.#error("a value stands where a column was expected", "Write the column first.");
    if (this.#takeWord("IS")) return this.#nullTest(left.column);
    const negated = this.#takeWord("NOT");
    const node = this.#wordPredicate(left.column);
    return negated ? not(node) : node;
  }

  #comparison(left: Operand, op: CompareOp, right: Operand): FilterNode {
    if ("column" in left && "value" in right) return compare(op, left.column, right.value);
    if ("value" in left && "column" in right) return compare(MIRRORED[op] ?? op, right.column, left.value);
    const what = "column" in left ? "two columns" : "two values";
    throw this.#error(
      `${what} are compared`,
      "A comparison has a column on one side and a value on the other.",
    );
  }

  #nullTest(column: Path): FilterNode {
    const negated = this.#takeWord("NOT");
    if (!this.#takeWord("NULL"))
      throw this.#error("NULL was expected", "IS is followed by NULL or NOT NULL.");
    return negated ? not(isNull(column)) : isNull(column);
  }

  #wordPredicate(column: Path): FilterNode {
    if (this.#takeWord("IN")) return compareMany("in", column, this.#values());
    if (this.#takeWord("LIKE")) return like(column, this.#value(), false);
    if (this.#takeWord("ILIKE")) return like(column, this.#value(), true);
    if (this.#takeWord("BETWEEN")) {
      const low = this.#value();
      if (!this.#takeWord("AND")) throw this.#error("AND was expected", "Write column BETWEEN low AND high.");
      return between(column, low, this.#value());
    }
    throw this.#error("a comparison was expected", "For a boolean column write active = TRUE.");
  }

  #values(): unknown[] {
    const token = this.#peek();
    if (token.kind === "bound") {
      if (!Array.isArray(token.value)) throw this.#error("IN needs an array or a list in parentheses");
      this.#at += 1;
      return token.value;
    }
    this.#expectSymbol("(");
    const values = [this.#value()];
    while (this.#takeSymbol(",")) values.push(this.#value());
    this.#expectSymbol(")");
    return values;
  }

  #value(): unknown {
    const operand = this.#operand();
    if ("value" in operand) return operand.value;
    throw this.#error(
      "a value was expected, not a column",
      "Texts stand in single quotation marks, or are bound with ${...}.",
    );
  }

  #operand(): Operand {
    const token = this.#peek();
    this.#at += 1;
    switch (token.kind) {
      case "bound":
        return { value: token.value };
      case "text":
        return { value: token.text };
      case "number":
        return { value: token.value };
      case "name":
        return { column: this.#path(token.text) };
      case "word":
        return this.#word(token.text, token.upper);
      case "symbol":
        if (token.text === "-" || token.text === "+") return { value: this.#signed(token.text) };
        break;
      default:
    }
    this.#at -= 1;
    throw this.#error("a column or a value was expected");
  }

  #word(text: string, upper: string): Operand {
    if (upper === "TRUE" || upper === "FALSE") return { value: upper === "TRUE" };
    const next = this.#peek();
    if ((upper === "DATE" || upper === "TIMESTAMP") && next.kind === "text") {
      this.#at += 1;
      return { value: upper === "DATE" ? this.#date(next.text) : this.#instant(next.text) };
    }
    if (!RESERVED.has(upper)) return { column: this.#path(text) };
    this.#at -= 1;
    const hint =
      upper === "NULL"
        ? "Write IS NULL or IS NOT NULL."
        : `A column of that name stands in quotation marks: "${text}".`;
    throw this.#error(`${upper} stands where a column or a value was expected`, hint);
  }

  #path(first: string): Path {
    const path = [first];
    while (this.#takeSymbol(".")) {
      const token = this.#peek();
      if (token.kind !== "word" && token.kind !== "name")
        throw this.#error("a name was expected after the dot");
      this.#at += 1;
      path.push(token.text);
    }
    return Object.freeze(path);
  }

  #signed(sign: string): number | bigint {
    const token = this.#peek();
    if (token.kind !== "number") throw this.#error("a number was expected after the sign");
    this.#at += 1;
    return sign === "-" ? -token.value : token.value;
  }

  #date(text: string): string {
    if (parseDate(text) === undefined)
      throw this.#error(`DATE '${text}' is no date`, "Write DATE '2026-02-28'.");
    return text;
  }

  #instant(text: string): Date {
    const ms = parseInstant(text);
    if (ms === undefined)
      throw this.#error(`TIMESTAMP '${text}' is no instant`, "Write TIMESTAMP '2026-02-28T12:00:00Z'.");
    return new Date(ms);
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", end: this.#source.length };
  }

  #takeWord(upper: string): boolean {
    const token = this.#peek();
    const taken = token.kind === "word" && token.upper === upper;
    if (taken) this.#at += 1;
    return taken;
  }

  #takeSymbol(text: string): boolean {
    const token = this.#peek();
    const taken = token.kind === "symbol" && token.text === text;
    if (taken) this.#at += 1;
    return taken;
  }

  #expectSymbol(text: string): void {
    if (!this.#takeSymbol(text)) throw this.#error(`"${text}" was expected`);
  }

  #error(problem: string, hint?: string): Error {
    const end = this.#tokens[this.#at - 1]?.end ?? 0;
    return badSql(problem, this.#source.slice(0, end), hint);
  }
}
