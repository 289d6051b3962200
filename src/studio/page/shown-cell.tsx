import { useEffect, useState } from "preact/hooks";
import type { Cell } from "../api-types";
import { askCell } from "./api";
import { bytes, moment, number } from "./format";
import { Sparkline } from "./sparkline";

/** What bytes may be drawn as: looked at once more, since the server's word alone opens nothing. */
const DRAWN: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** A value in a list. */
export function ShownCell({
  cell,
  kind,
  of,
}: {
  readonly cell: Cell;
  readonly kind: string;
  readonly of?: object;
}) {
  if (cell === null) return <span class="none">null</span>;
  if (typeof cell === "boolean") return <span class="code">{String(cell)}</span>;
  if (typeof cell === "number") return <span class="digits">{number(cell)}</span>;
  if (typeof cell === "string")
    return <span>{kind !== "text" && DATE.test(cell) ? moment(cell) : cell}</span>;
  if ("text" in cell) return <span>{cell.text}…</span>;
  if ("json" in cell) return <span class="code">{cell.more > 0 ? `${cell.json}…` : cell.json}</span>;
  if ("vector" in cell) return <Sparkline numbers={cell.vector} length={cell.length} />;
  if (cell.image !== null && of !== undefined) return <Picture of={of} type={cell.image} size={cell.bytes} />;
  return <span class="dim">{bytes(cell.bytes)}</span>;
}

/** Bytes as a picture. */
export function Picture({
  of,
  type,
  size,
}: {
  readonly of: object;
  readonly type: string;
  readonly size: number;
}) {
  const address = usePicture(of, type);
  if (address === undefined) return <span class="dim">{bytes(size)}</span>;
  return (
    <img class="picture" src={address} alt={`${type.replace("image/", "").toUpperCase()}, ${bytes(size)}`} />
  );
}

function usePicture(of: object, type: string): string | undefined {
  const [address, setAddress] = useState<string>();
  const asked = JSON.stringify(of);
  useEffect(() => {
    if (!DRAWN.has(type)) return;
    const gone = new AbortController();
    let made: string | undefined;
    askCell<object>(JSON.parse(asked) as object, gone.signal).then(
      (value) => {
        if (gone.signal.aborted || !(value instanceof Uint8Array)) return;
        made = URL.createObjectURL(new Blob([value as Uint8Array<ArrayBuffer>], { type }));
        setAddress(made);
      },
      () => undefined,
    );
    return () => {
      gone.abort();
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [asked, type]);
  return address;
}
