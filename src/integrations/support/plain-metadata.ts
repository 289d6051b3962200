// Metadata as document loaders give it, made plain: what JSON.stringify takes is taken, and what it would change without a word (a
// number that is none, bytes, a circle) is refused by its place.

import { types } from "node:util";
import { badMetadata, brokenMetadata, type MetadataPlace } from "./document-errors";

/** The way to a value inside metadata: keys and positions, from the outside in. */
export type Way = readonly (string | number)[];

/**
 * A value as plain JSON. Instances of classes become what their `toJSON` gives, or their own properties; a `Map` an object, a `Set` a
 * list, an `Error` its name and message, a bigint a number where one holds it. Functions and `undefined` are left out, in a list they
 * become null. Dates become ISO texts, and the ways to them are added to `dates`; bytes become base64 where there is a list for theirs.
 *
 * @throws VarveError INVALID_ROW for anything else, with the way to it.
 */
export function toPlain(value: unknown, place: MetadataPlace, dates: Way[] = [], bytes?: Way[]): unknown {
  return new Plain(place, dates, bytes).value(value, []) ?? null;
}

const DEPTH_MAX = 128;

class Plain {
  readonly #place: MetadataPlace;
  readonly #dates: Way[];
  readonly #bytes: Way[] | undefined;
  /** The objects around the value that is looked at. */
  readonly #around: object[] = [];

  constructor(place: MetadataPlace, dates: Way[], bytes: Way[] | undefined) {
    this.#place = place;
    this.#dates = dates;
    this.#bytes = bytes;
  }

  /** The plain value; undefined for what is left out. */
  value(value: unknown, way: Way): unknown {
    switch (typeof value) {
      case "number":
        if (!Number.isFinite(value)) throw this.#refused(way, "a finite number", value);
        return value;
      case "bigint":
        if (!Number.isSafeInteger(Number(value)))
          throw this.#refused(way, "a bigint that a number holds, or a text", value);
        return Number(value);
      case "object":
        return value === null ? null : this.#object(value, way);
      case "string":
      case "boolean":
        return value;
      default:
        return undefined;
    }
  }

  #object(object: object, way: Way): unknown {
    if (types.isDate(object)) return this.#date(object, way);
    if (types.isBoxedPrimitive(object)) return this.value(object.valueOf(), way);
    if (types.isRegExp(object)) return String(object);
    if (types.isUint8Array(object) && this.#bytes !== undefined) {
      this.#bytes.push(way);
      return Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString("base64");
    }
    if (isBytes(object)) throw this.#refused(way, "JSON; bytes as base64 text", object);
    if (types.isPromise(object))
      throw this.#refused(way, "what the Promise gives: was an await forgotten?", object);
    if (this.#around.includes(object)) throw this.#refused(way, "no object that holds itself", object);
    if (way.length >= DEPTH_MAX) throw this.#refused(way, `at most ${DEPTH_MAX} levels`, object);
    this.#around.push(object);
    const plain = this.#parts(object, way);
    this.#around.pop();
    return plain;
  }

  #parts(object: object, way: Way): unknown {
    const toJson: unknown = this.#read(object, "toJSON", way);
    if (typeof toJson === "function") {
      const json: unknown = this.#called(() => toJson.call(object, String(way.at(-1) ?? "")) as unknown, way);
      if (json !== object) return this.value(json, way);
    }
    if (Array.isArray(object)) return this.#list(object, way);
    if (types.isSet(object)) return this.#list([...object], way);
    if (types.isTypedArray(object)) return this.#list(Array.from<unknown>(object as Iterable<unknown>), way);
    if (types.isMap(object))
      return this.#entries(
        [...object].map(([key, part]) => [this.#key(key, way), part]),
        way,
      );
    const own = Object.keys(object).map((key): [string, unknown] => [key, this.#read(object, key, way)]);
    if (!types.isNativeError(object)) return this.#entries(own, way);
    return this.#entries([["name", object.name], ["message", object.message], ...own], way);
  }

  #list(items: readonly unknown[], way: Way): unknown[] {
    // Not by map, which leaves holes.
    return Array.from(items, (item, index) => this.value(item, [...way, index]) ?? null);
  }

  #entries(entries: readonly [string, unknown][], way: Way): Record<string, unknown> {
    const plain = entries.map(([key, part]) => [key, this.value(part, [...way, key])] as const);
    return Object.fromEntries(plain.filter(([, part]) => part !== undefined));
  }

  #date(date: Date, way: Way): string {
    if (Number.isNaN(date.getTime())) throw this.#refused(way, "a valid Date", date);
    this.#dates.push(way);
    return date.toISOString();
  }

  #key(key: unknown, way: Way): string {
    if (typeof key === "string" || typeof key === "number") return String(key);
    throw this.#refused(way, "a Map whose keys are texts", key);
  }

  #read(object: object, key: string, way: Way): unknown {
    return this.#called(() => Reflect.get(object, key) as unknown, key === "toJSON" ? way : [...way, key]);
  }

  #called(call: () => unknown, way: Way): unknown {
    try {
      return call();
    } catch (cause) {
      throw brokenMetadata(this.#place, way, cause);
    }
  }

  #refused(way: Way, expected: string, found: unknown): Error {
    return badMetadata(this.#place, way, expected, found);
  }
}

/** Bytes, and what has them; numbers in other typed arrays are a list. */
function isBytes(object: object): boolean {
  if (types.isAnyArrayBuffer(object) || types.isDataView(object)) return true;
  if (types.isUint8Array(object) || types.isUint8ClampedArray(object)) return true;
  return (
    Object.prototype.toString.call(object) === "[object Blob]" ||
    Object.prototype.toString.call(object) === "[object File]"
  );
}
