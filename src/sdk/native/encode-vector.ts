// Vectors: copied as they are, then checked four elements at a time.

import { isFloatArray } from "../../realm";
import type { VectorType } from "../schema/column-type";
import { type ColumnEncoder, refuse } from "./column-encoder";

const F16_MAX = 65_504;

/** The encoder for vectors of a type; f32 and f16 columns alike are sent as f32. */
export function vectorEncoder(type: VectorType): ColumnEncoder {
  const { dimensions } = type;
  const largest = type.element === "f16" ? F16_MAX : Number.POSITIVE_INFINITY;
  return {
    code: 5,
    extra: dimensions,
    write(out, values, place): void {
      const bytes = values.length * dimensions * 4;
      out.reserve(bytes + 8);
      const { f32 } = out;
      let at = out.at / 4;
      for (let i = 0; i < values.length; i++, at += dimensions) {
        const value = values[i];
        if (value === null) {
          f32.fill(0, at, at + dimensions);
          continue;
        }
        if (!isVector(value, dimensions)) refuse(place, i, `a vector of ${dimensions} numbers`, value);
        setVector(f32, value, at);
        if (!allFinite(f32, at, dimensions) || largest !== Number.POSITIVE_INFINITY || Array.isArray(value)) {
          checkElements(value, f32, at, largest, (element, index) =>
            refuse(
              place,
              i,
              `finite numbers${largest === F16_MAX ? " of 16 bits" : ""}`,
              element,
              `Element ${index} of the vector.`,
            ),
          );
        }
      }
      out.advance(bytes);
    },
  };
}

function isVector(value: unknown, dimensions: number): value is ArrayLike<number> {
  return (isFloatArray(value) || Array.isArray(value)) && value.length === dimensions;
}

function setVector(f32: Float32Array, value: ArrayLike<number>, at: number): void {
  try {
    f32.set(value, at);
  } catch {
    // A bigint or a symbol: as NaN it is refused like everything that is no number.
    const numbers = Array.from(value, (element: unknown) =>
      typeof element === "number" ? element : Number.NaN,
    );
    f32.set(numbers, at);
  }
}

/** NaN and infinities times zero are NaN; four sums, because each waits for the one before. */
function allFinite(f32: Float32Array, from: number, count: number): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const end = from + count;
  let i = from;
  for (; i + 3 < end; i += 4) {
    a += (f32[i] as number) * 0;
    b += (f32[i + 1] as number) * 0;
    c += (f32[i + 2] as number) * 0;
    d += (f32[i + 3] as number) * 0;
  }
  for (; i < end; i++) a += (f32[i] as number) * 0;
  return a + b + c + d === 0;
}

function checkElements(
  value: ArrayLike<unknown>,
  f32: Float32Array,
  from: number,
  largest: number,
  refuseElement: (element: unknown, index: number) => never,
): void {
  for (let i = 0; i < value.length; i++) {
    const element = value[i];
    const stored = f32[from + i] as number;
    if (typeof element !== "number" || !Number.isFinite(stored) || Math.abs(stored) > largest)
      refuseElement(element, i);
  }
}
