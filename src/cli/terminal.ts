import { clip } from "./shown-text";

/** Where the command writes to: a stream of Node, or something that looks like one. */
export interface Output {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const WIDTH_MAX = 100;
const WIDTH_MIN = 40;
const PROGRESS_MS = 80;
const styles = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** How text can look. */
export type Style = keyof typeof styles;

/**
 * Results go to one output and everything else to the other, so that results can be piped. Text from documents is made harmless
 * before it is shown: a document must not be able to steer a terminal.
 */
export class Terminal {
  readonly #out: Output;
  readonly #err: Output;
  readonly #coloured: boolean;
  #progressAt = 0;

  constructor(out: Output, err: Output, env: Readonly<Record<string, string | undefined>> = process.env) {
    this.#out = out;
    this.#err = err;
    const noColor = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
    this.#coloured = out.isTTY === true && !noColor;
  }

  /** How many columns a line may have. */
  get width(): number {
    // Some terminals say 0 where they do not know.
    return Math.max(WIDTH_MIN, Math.min(this.#out.columns || WIDTH_MAX, WIDTH_MAX));
  }

  /** Prints lines of the result. */
  print(...lines: readonly string[]): void {
    this.clearProgress();
    for (const line of lines) this.#out.write(`${line}\n`);
  }

  /** Writes a part of the result, and waits until it is written; false where nobody reads any more. */
  write(text: string): Promise<boolean> {
    return new Promise((resolve) => this.#out.write(text, (error) => resolve(!error)));
  }

  /** Prints the result as JSON. */
  json(value: unknown): void {
    this.print(JSON.stringify(value, undefined, 2));
  }

  /** Prints what is not a part of the result. */
  note(...lines: readonly string[]): void {
    this.clearProgress();
    for (const line of lines) this.#err.write(`${line}\n`);
  }

  /** Shows in one line how far a call has come, where somebody watches. */
  progress(line: () => string): void {
    const now = performance.now();
    if (this.#err.isTTY !== true || now - this.#progressAt < PROGRESS_MS) return;
    this.#progressAt = now;
    this.#err.write(`\r\u001b[K${clip(line(), this.width - 1)}`);
  }

  /** Takes that line away. */
  clearProgress(): void {
    if (this.#progressAt > 0) this.#err.write("\r\u001b[K");
    this.#progressAt = 0;
  }

  /** Text that looks like that, where the output can show it. */
  paint(style: Style, text: string): string {
    const [on, off] = styles[style];
    return this.#coloured && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}

/**
 * Goes on quietly when whoever reads a stream has seen enough, as `head` does: the status with which the command ends stays the true one.
 */
export function outliveReader(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && stream === process.stdout) throw error;
  });
}
