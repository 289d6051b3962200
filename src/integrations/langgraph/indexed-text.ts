// Which parts of a value are searched: the paths of LangGraph, such as "facts[*].text".

/** The whole value. */
export const WHOLE = "$";

/** One step of a path: a key, a position in a list, or every part. */
type Step = string | number | typeof EVERY;

const EVERY = Symbol("every part");

/** The texts under these paths, one below the other; null where there are none. */
export function textOf(value: unknown, paths: readonly string[]): string | null {
  const texts = paths.flatMap((path) => (path === WHOLE ? [shown(value)] : textsAt(value, stepsOf(path))));
  return texts.length === 0 ? null : texts.join("\n");
}

/** The steps of a path: names between dots, and positions in brackets. */
function stepsOf(path: string): Step[] {
  const found = path.matchAll(/\[(\*|-?\d+)\]|[^.[\]]+/g);
  return Array.from(found, ([name, position]): Step => {
    if (position === "*" || name === "*") return EVERY;
    return position === undefined ? name : Number(position);
  });
}

function textsAt(value: unknown, steps: readonly Step[]): string[] {
  const [step, ...rest] = steps;
  if (step === undefined) return value === null || value === undefined ? [] : [shown(value)];
  if (typeof value !== "object" || value === null) return [];
  if (step === EVERY) return Object.values(value).flatMap((part) => textsAt(part, rest));
  if (typeof step === "number") return Array.isArray(value) ? textsAt(value.at(step), rest) : [];
  return Object.hasOwn(value, step) ? textsAt(Reflect.get(value, step), rest) : [];
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value, undefined, 2) : String(value);
}
