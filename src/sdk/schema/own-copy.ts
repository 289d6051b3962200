// Arguments are read once, when a method is called: what the caller changes afterwards changes nothing. Only own properties count, and
// getters and proxies run here and nowhere else.

import { isDate, isPlainObject, messageOf, millisecondsOf, typedArrayName } from "../../realm";

/** The most items of one list. Longer ones are refused before they are walked. */
export const ITEMS_MAX: number = 2 ** 24;
/** Deeper parts are not copied: nothing that Varve takes is deeper, so they are refused later. */
const DEPTH_MAX = 256;

/** A part of a value that could not be read: a getter threw, or the memory of an array is gone. */
export class UnreadableError extends Error {
  /** The way to the part, from the inside out. */
  readonly path: string[] = [];

  /** The way to the part, such as `meta.author`, or an empty text for the value itself. */
  get place(): string {
    return this.path.toReversed().join(".");
  }
}

/**
 * A copy of plain objects, arrays, dates and typed arrays, as deep as they go, with own enumerable properties alone. Functions,
 * conditions and other instances of classes stay what they are. Throws `UnreadableError`.
 */
export function ownCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return reading(() => new Copier().copy(value, 0));
}

/** The own properties of an object, read once. Throws `UnreadableError`. */
export function ownProperties(object: object): Record<string, unknown> {
  try {
    return { ...object };
  } catch (cause) {
    throw unreadable(cause);
  }
}

class Copier {
  /** What was copied already: a value may be reached by two ways, or contain itself. */
  readonly #made = new Map<object, unknown>();

  copy(value: unknown, depth: number): unknown {
    if (typeof value !== "object" || value === null || depth > DEPTH_MAX) return value;
    if (isDate(value)) return new Date(millisecondsOf(value));
    const name = typedArrayName(value);
    if (name !== undefined) return copyOfView(value, name);
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) return this.#list(value, depth);
    return isPlain(value) ? this.#object(value, depth) : value;
  }

  #list(list: readonly unknown[], depth: number): unknown[] {
    const length = reading(() => list.length);
    if (length > ITEMS_MAX)
      throw new UnreadableError(`it has ${length} items, and a list may have ${ITEMS_MAX}`);
    const items: unknown[] = [];
    this.#made.set(list, items);
    for (let index = 0; index < length; index++) items.push(this.#part(list, index, depth));
    return items;
  }

  #object(object: object, depth: number): object {
    const copy = ownProperties(object);
    this.#made.set(object, copy);
    for (const key of Object.keys(copy)) {
      const part = copy[key];
      if (typeof part !== "object" || part === null) continue;
      // An assignment to "__proto__" would not make a property.
      Object.defineProperty(copy, key, { value: this.#part(copy, key, depth) });
    }
    return copy;
  }

  #part(whole: object, key: number | string, depth: number): unknown {
    try {
      return this.copy(Reflect.get(whole, key), depth + 1);
    } catch (cause) {
      const error = unreadable(cause);
      error.path.push(String(key));
      throw error;
    }
  }
}

type MakeView = new (source: object) => object;

/** Memory of its own, also where the array shares its memory with other threads. */
function copyOfView(view: object, name: string): object {
  const View = Reflect.get(globalThis, name) as MakeView;
  try {
    return new View(view);
  } catch (cause) {
    throw new UnreadableError("its memory was given away or cut off", { cause });
  }
}

function isPlain(value: object): boolean {
  return reading(() => isPlainObject(value));
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): UnreadableError {
  return isUnreadable(cause) ? cause : new UnreadableError(messageOf(cause), { cause });
}

/** Whether something could not be read, as opposed to a fault of ours. */
export function isUnreadable(error: unknown): error is UnreadableError {
  return error instanceof UnreadableError;
}
