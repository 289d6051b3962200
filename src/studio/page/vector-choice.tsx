import { adjust } from "./route";

/** Chooses one of several vector columns; nothing where there is no choice. `any` is what no choice is called, if there may be none. */
export function VectorChoice({
  names,
  value,
  any,
}: {
  readonly names: readonly string[];
  readonly value: string;
  readonly any?: string;
}) {
  if (names.length < 2) return null;
  return (
    <select
      aria-label="Vector column"
      value={value}
      onChange={(event) => adjust({ column: event.currentTarget.value })}
    >
      {any === undefined ? null : <option value="">{any}</option>}
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
