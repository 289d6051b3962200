// Numbers and dates as the page writes them.

const whole = new Intl.NumberFormat("en");

/** A whole number, with its thousands apart. */
export function count(value: number): string {
  return whole.format(value);
}

/** A number of things: `1 row`, `2 rows`. */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? "" : "s"}`;
}

/** Bytes in the unit that fits. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log10(value) / 3));
  const size = value / 1000 ** step;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[step - 1] ?? ""}`;
}

/** A date in UTC, to the minute: `2026-03-01 12:00Z`. */
export function moment(iso: string): string {
  return /T00:00:00(\.000)?Z$/.test(iso) ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}

/** A number with as many digits as somebody looks at. */
export function number(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(1) : String(Number(value.toPrecision(4)));
}

/** A share as a percentage. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 99.95 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
}
