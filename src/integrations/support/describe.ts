/** A value in the words of a message; long texts are cut. It never throws, whatever the value does when it is looked at. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case "number":
      return `the number ${value}`;
    case "bigint":
      return `the bigint ${value}n`;
    case "boolean":
      return String(value);
    case "undefined":
      return "nothing";
    case "object":
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return `a list of ${value.length}`;
    if (ArrayBuffer.isView(value)) return `a ${nameOf(value)} of ${value.byteLength} bytes`;
    const name = nameOf(value);
    return name === "Object" || name === "" ? "an object" : `an instance of ${name}`;
  } catch {
    return "an object";
  }
}

/** The name of a value's class; empty where it has none. */
function nameOf(value: object): string {
  const made: unknown = Reflect.get(value, "constructor");
  return typeof made === "function" ? made.name : "";
}
