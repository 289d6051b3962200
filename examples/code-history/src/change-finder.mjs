// The commit between two versions in which the answer to a question changed. Passages that answer at either end are followed by halving the
// versions in between; commits whose message answers are looked at as well.
import { answersAt, COLUMNS, placeOf } from "./answers.mjs";
import { commitOf, isPiece } from "./code-table.mjs";
import { linesDiff } from "./lines-diff.mjs";
import { pointAt } from "./point.mjs";
import { likeness, measure } from "./relevance.mjs";

/** Of how many passages the changes are looked for. */
const PASSAGES = 40;
/** Of how many commits the message is taken for an answer. */
const MESSAGES = 20;
/** A commit that changes more pieces is no answer to anything. */
const LARGEST = 300;
/** How alike two pieces must be for one to be where the other went. */
const MOVED = 0.6;
/** What a second changed passage adds to a commit. */
const SECOND = 0.1;

const bare = (text) => text?.replace(/\s+/g, "");

/** Finds changes by asking versions, and counts how often it asks. */
export class ChangeFinder {
  #t;
  #question;
  #messages;
  #pieces = new Map();
  #commits = new Map();
  asked = 0;

  /** `messages: false` leaves out what commits say of themselves. */
  constructor(t, question, { messages = true } = {}) {
    this.#t = t;
    this.#question = question;
    this.#messages = messages;
  }

  /**
   * What answers at two versions, and the commits in between that changed it, the most telling first, each as its most telling change:
   * `{ then, now, changes: [{ version, before, after, relevance }] }`.
   */
  async between(from, to) {
    const [then, now] = await Promise.all([from, to].map((version) => this.#answers(version)));
    const changes = new Map();
    const add = (change) => changes.set(`${change.version} ${(change.after ?? change.before).id}`, change);
    for (const id of new Set([...then, ...now].map((hit) => hit.id))) {
      for (const change of await this.#changesOf(id, from, to)) add(change);
    }
    if (this.#messages) for (const change of await this.#saidBetween(from, to)) add(change);
    const known = await Promise.all([...changes.values()].map((change) => this.#withCommit(change)));
    const measured = await measure(this.#question, known, { messages: this.#messages });
    return { then, now, changes: byCommit(measured) };
  }

  #answers(version) {
    this.asked += 1;
    return answersAt(this.#t, version, this.#question, PASSAGES);
  }

  /** The changes of the commits whose message is nearest to the question. */
  async #saidBetween(from, to) {
    this.asked += 1;
    const commits = await this.#t.asOf(to).search(this.#question, {
      limit: MESSAGES,
      select: ["version"],
      where: (c) => c.version.gt(from),
    });
    const changes = [];
    for (const { version } of commits) {
      if ((await this.#commit(version)).size > LARGEST) continue;
      this.asked += 1;
      const diff = await this.#t.diff(version - 1, version, { select: COLUMNS, where: isPiece });
      const [added, removed] = withoutMoves(diff.added, diff.removed);
      for (const after of added) changes.push({ version, before: undefined, after });
      for (const before of removed) changes.push({ version, before, after: undefined });
      for (const { before, after } of diff.changed) changes.push({ version, before, after });
    }
    return changes.filter(({ before, after }) => bare(before?.body) !== bare(after?.body));
  }

  /** The changes of a piece after `from` and up to `to`. Where it came from and where it went count as the same piece. */
  async #changesOf(id, from, to) {
    const changes = [];
    for (const version of await this.#boundaries(id, from, to)) {
      const change = {
        version,
        before: await this.#piece(id, version - 1),
        after: await this.#piece(id, version),
      };
      if (change.before === undefined) {
        change.before = await this.#twin(change.after, version - 1, version);
        if (change.before !== undefined)
          changes.push(...(await this.#changesOf(change.before.id, from, version - 1)));
      } else if (change.after === undefined) {
        change.after = await this.#twin(change.before, version, version - 1);
      }
      if (bare(change.before?.body) !== bare(change.after?.body)) changes.push(change);
    }
    return changes;
  }

  /** The versions in (low, high] in which a piece changed, by halving; a text that came back in between is not noticed. */
  async #boundaries(id, low, high) {
    const [before, after] = [await this.#piece(id, low), await this.#piece(id, high)];
    if (before?.body === after?.body) return [];
    if (high - low === 1) return [high];
    const middle = (low + high) >> 1;
    return [...(await this.#boundaries(id, low, middle)), ...(await this.#boundaries(id, middle, high))];
  }

  async #piece(id, version) {
    const key = `${version} ${id}`;
    if (!this.#pieces.has(key)) {
      this.asked += 1;
      this.#pieces.set(key, await this.#t.asOf(version).get(id, { select: COLUMNS }));
    }
    return this.#pieces.get(key);
  }

  /** A piece that is alike at a version, and was not there at the other one: where a piece came from, or went. */
  async #twin({ symbol, body }, version, other) {
    this.asked += 1;
    const alike = await this.#t
      .asOf(version)
      .search(`${symbol} ${body}`, { mode: "vector", limit: 5, select: COLUMNS, where: isPiece });
    for (const candidate of alike) {
      if (likeness(candidate.body, body) < MOVED) continue;
      if ((await this.#piece(candidate.id, other)) === undefined) return candidate;
    }
    return undefined;
  }

  async #commit(version) {
    if (!this.#commits.has(version)) {
      const { message, inserted, updated, deleted } = await commitOf(this.#t, version);
      this.#commits.set(version, { subject: message ?? "", size: inserted + updated + deleted });
    }
    return this.#commits.get(version);
  }

  async #withCommit(change) {
    return { ...change, ...(await this.#commit(change.version)) };
  }
}

/** Leaves out what stands in both lists. */
function withoutMoves(added, removed) {
  const [fresh, gone] = [added, removed].map((pieces) => new Set(pieces.map(({ body }) => bare(body))));
  return [
    added.filter(({ body }) => !gone.has(bare(body))),
    removed.filter(({ body }) => !fresh.has(bare(body))),
  ];
}

/** One change for each commit, its most telling, with the others; a second one tells a little as well. */
function byCommit(changes) {
  const commits = new Map();
  for (const change of changes.toSorted((a, b) => b.relevance - a.relevance)) {
    const best = commits.get(change.version);
    if (best === undefined) commits.set(change.version, { ...change, others: [] });
    else if (best.others.push(change) === 1) best.relevance += SECOND * change.relevance;
  }
  return [...commits.values()].sort((a, b) => b.relevance - a.relevance);
}

const TEST = /(^|[/._-])(tests?|specs?|__tests__)([/._-]|$)/i;

/** The change of a commit to show first: a test often says best what was fixed, and the code what is true since. */
export function shownOf(change) {
  return [change, ...change.others].find(({ before, after }) => !TEST.test((after ?? before).path)) ?? change;
}

/** A change in full: its commit, its place, and the lines that it wrote and took away. */
export async function describeChange(t, { version, before, after }) {
  const piece = after ?? before;
  const place = await placeOf(t.asOf(after === undefined ? version - 1 : version), piece);
  const lines = linesDiff(before?.body ?? "", after?.body ?? "");
  return { ...(await pointAt(t, version)), path: piece.path, symbol: piece.symbol, ...place, ...lines };
}
