import { isFloatArray } from "../../realm";
import { answerMalformed, dimensionsDiffer } from "../embedding-errors";

/** Who answered, for messages. */
export interface Answerer {
  /** The provider. */
  readonly provider: string;
  /** The model. */
  readonly model: string;
  /** How long its vectors should be. */
  readonly dimensions: number;
}

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Embeds the texts in which something stands, with a prefix where the model wants one. The others have no embedding: servers
 * refuse an empty text, and one such text would fail all others of its request.
 */
export async function embedPresent(
  inputs: readonly string[],
  prefix: string,
  embed: (texts: string[]) => Promise<readonly (Float32Array | null)[]>,
): Promise<(Float32Array | null)[]> {
  const present = inputs.flatMap((text, index) => (text.trim() === "" ? [] : [index]));
  const vectors: (Float32Array | null)[] = inputs.map(() => null);
  if (present.length === 0) return vectors;
  const texts = present.map((index) => prefix + (inputs[index] ?? "").replaceAll(loneSurrogate, "\uFFFD"));
  const embedded = await embed(texts);
  for (const [place, index] of present.entries()) vectors[index] = embedded[place] ?? null;
  return vectors;
}

/** Checks what came: as many vectors as inputs, each of the right length. They are copied: what came may be larger. */
export function checkedVectors(
  answer: unknown,
  count: number,
  answerer: Answerer,
  read: (vector: unknown) => Float32Array | undefined = numbersOf,
): Float32Array[] {
  const { provider, model, dimensions } = answerer;
  const found = Array.isArray(answer) ? `${answer.length} vectors` : describe(answer);
  if (!Array.isArray(answer) || answer.length !== count) {
    throw answerMalformed(provider, `${count} vectors`, found);
  }
  const vectors = answer.map((item: unknown, index) => {
    const vector = read(item);
    if (vector === undefined)
      throw answerMalformed(provider, "vectors of numbers", `${describe(item)} for input ${index}`);
    return vector;
  });
  const odd = vectors.find((vector) => vector.length !== dimensions);
  if (odd === undefined) return vectors;
  // All of one length: that is what the model gives. Of several lengths: the answer is damaged.
  if (vectors.every((vector) => vector.length === odd.length)) {
    throw dimensionsDiffer(provider, model, dimensions, odd.length);
  }
  throw answerMalformed(provider, `vectors of ${dimensions} dimensions`, `one of ${odd.length}`);
}

/** Numbers in whatever array they came. */
export function numbersOf(vector: unknown): Float32Array | undefined {
  if (isFloatArray(vector)) return Float32Array.from(vector);
  if (!Array.isArray(vector) || !vector.every((element) => typeof element === "number")) return undefined;
  return Float32Array.from(vector);
}

/** Numbers in an array, or little-endian 32-bit floats in base64. A server may give the one where the other was asked for. */
export function numbersOrBase64(vector: unknown): Float32Array | undefined {
  if (typeof vector !== "string") return numbersOf(vector);
  const bytes = Buffer.from(vector, "base64");
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  const numbers = new Float32Array(bytes.length / 4);
  for (let index = 0; index < numbers.length; index += 1) numbers[index] = bytes.readFloatLE(index * 4);
  return numbers;
}

const SHOWN_CHARS = 120;

/** The beginning of an answer, for a message. What must not be shown is taken out of the whole, before it is cut. */
export function beginningOf(answer: unknown, clean: (text: string) => string): string {
  if (answer === null || answer === undefined || answer === "") return "nothing";
  const text = clean(typeof answer === "string" ? answer.trimStart() : JSON.stringify(answer));
  const start = text.slice(0, SHOWN_CHARS);
  const shown = start === text ? start : `${start}...`;
  return typeof answer === "string" ? `the text ${JSON.stringify(shown)}` : shown;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return Array.isArray(value) ? `an array of ${value.length}` : `a value of type ${typeof value}`;
}
