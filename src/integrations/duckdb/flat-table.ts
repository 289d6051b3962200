// Tables of FlatBuffers, as far as Arrow's messages need them. A DataView throws for what lies behind the end.

import { isError } from "../../realm";
import { damagedStream } from "./duckdb-errors";

const texts = new TextDecoder();

/** A table: its fields are found by their numbers. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #fields: number;
  readonly #size: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#fields = at - view.getInt32(at, true);
    this.#size = view.getUint16(this.#fields, true);
  }

  /** The table that some bytes hold. */
  static root(whole: DataView, at: number, size: number): FlatTable {
    const view = new DataView(whole.buffer, whole.byteOffset + at, size);
    return reading(() => new FlatTable(view, view.getUint32(0, true)));
  }

  /** Whether a field is there. */
  has(slot: number): boolean {
    return this.#find(slot) !== undefined;
  }

  byte(slot: number): number {
    return this.#read(slot, 0, (view, at) => view.getUint8(at));
  }

  short(slot: number, otherwise: number): number {
    return this.#read(slot, otherwise, (view, at) => view.getInt16(at, true));
  }

  int(slot: number): number {
    return this.#read(slot, 0, (view, at) => view.getInt32(at, true));
  }

  /** A count of 64 bits. */
  long(slot: number): number {
    return this.#read(slot, 0, countAt);
  }

  text(slot: number): string {
    return this.#read(slot, "", (view, at) => {
      const [start, length] = vectorAt(view, at, 1);
      return texts.decode(new Uint8Array(view.buffer, view.byteOffset + start, length));
    });
  }

  /** A table inside; where there is none, nothing can be read. */
  table(slot: number): FlatTable {
    const inner = this.#read(
      slot,
      undefined,
      (view, at) => new FlatTable(view, at + view.getUint32(at, true)),
    );
    if (inner === undefined) throw damagedStream("a part of a message is missing");
    return inner;
  }

  tables(slot: number): FlatTable[] {
    return this.#read(slot, [], (view, at) => {
      const [start, length] = vectorAt(view, at, 4);
      return Array.from({ length }, (_, index) => {
        const place = start + index * 4;
        return new FlatTable(view, place + view.getUint32(place, true));
      });
    });
  }

  /** A list of two counts of 64 bits each. */
  pairs(slot: number): (readonly [number, number])[] {
    return this.#read(slot, [], (view, at) => {
      const [start, length] = vectorAt(view, at, 16);
      return Array.from({ length }, (_, index) => {
        const place = start + index * 16;
        return [countAt(view, place), countAt(view, place + 8)] as const;
      });
    });
  }

  #find(slot: number): number | undefined {
    const place = 4 + slot * 2;
    const offset = place + 2 > this.#size ? 0 : this.#view.getUint16(this.#fields + place, true);
    return offset === 0 ? undefined : this.#at + offset;
  }

  #read<T>(slot: number, otherwise: T, read: (view: DataView, at: number) => T): T {
    return reading(() => {
      const at = this.#find(slot);
      return at === undefined ? otherwise : read(this.#view, at);
    });
  }
}

/** Where a list lies and how many items it has; they lie in the message. */
function vectorAt(view: DataView, at: number, size: number): [start: number, length: number] {
  const from = at + view.getUint32(at, true);
  const length = view.getUint32(from, true);
  if (length * size > view.byteLength - from - 4) throw damagedStream("a list is cut off");
  return [from + 4, length];
}

function countAt(view: DataView, at: number): number {
  const count = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(count) || count < 0) throw damagedStream("a count is impossible");
  return count;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isError(cause) && cause.name === "RangeError") throw damagedStream("a message is cut off", cause);
    throw cause;
  }
}
