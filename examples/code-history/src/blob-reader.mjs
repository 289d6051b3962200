// File contents from `git cat-file --batch`, as many as are asked for at once, in order. What is too large is passed over, not held.

const NEWLINE = 10;
const LARGEST = 256 << 10;

/** Reads blobs by name through one running git. */
export class BlobReader {
  #child;
  #waiting = [];
  #rest = Buffer.alloc(0);
  /** How much of a blob is still to come, and what of it is kept; null for one that is passed over. */
  #current;
  #failure;

  constructor(child) {
    this.#child = child;
    child.stdout.on("data", (chunk) => this.#take(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => this.#fail(error));
    child.on("close", () => this.#fail(new Error("git cat-file has ended")));
    child.stderr.resume();
  }

  /** The bytes of a blob; undefined where it is missing or larger than 256 KiB. */
  read(sha) {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${sha}\n`);
    });
  }

  /** Ends git. */
  close() {
    this.#child.stdin.end();
  }

  #take(chunk) {
    let buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (buffer.length > 0) {
      const left = this.#current === undefined ? this.#header(buffer) : this.#content(buffer);
      if (left === undefined) break;
      buffer = left;
    }
    this.#rest = buffer;
  }

  #header(buffer) {
    const end = buffer.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const [, type, size] = buffer.subarray(0, end).toString("latin1").split(" ");
    if (type === "missing" || size === undefined) this.#waiting.shift()?.resolve(undefined);
    // The newline behind the content is counted with it.
    else this.#current = { missing: Number(size) + 1, kept: Number(size) > LARGEST ? null : [] };
    return buffer.subarray(end + 1);
  }

  #content(buffer) {
    const part = buffer.subarray(0, this.#current.missing);
    this.#current.kept?.push(part);
    this.#current.missing -= part.length;
    if (this.#current.missing === 0) {
      const { kept } = this.#current;
      this.#current = undefined;
      this.#waiting.shift()?.resolve(kept === null ? undefined : Buffer.concat(kept).subarray(0, -1));
    }
    return buffer.subarray(part.length);
  }

  #fail(error) {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
