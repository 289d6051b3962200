// Who watches the calls of a database. Nobody does at first, and then a call pays for one look at `active`.

import { VarveError } from "../../varve-error";
import type { CallEvent, CallOutcome, CallStart } from "./call-event";
import { warnOnce } from "./warning";

/** Watches calls from their beginning: for tracers. For what has happened, `db.on` is enough. */
export interface Observer {
  /** Is told of a call before it begins, in the async context of whoever called; returns what watches this call, if anything does. */
  begin(call: CallStart): CallObserver | undefined;
}

/** Watches one call. */
export interface CallObserver {
  /** Runs the call, and with it the calls that it makes: for a context that they shall have. It must call `call` before it returns. */
  run?(call: () => void): void;
  /** Is told of the end, before whoever called goes on. */
  end(event: CallEvent): void;
}

/** What a call came to that did not fail. */
export interface Done<T> {
  readonly result: T;
}

/** Whoever watches the calls of a database. */
export class Observers {
  #all: readonly Observer[] = [];
  #active = false;

  /** Whether anybody does. */
  get active(): boolean {
    return this.#active;
  }

  /** Adds one, and returns what takes it off again. */
  add(observer: Observer): () => void {
    // Added twice it is told twice, and taken off one by one.
    const own: Observer = { begin: (call) => observer.begin(call) };
    this.#set([...this.#all, own]);
    return () => this.#set(this.#all.filter((one) => one !== own));
  }

  /** Watches a call. What is known of it is asked for at its end, and there is no result if it failed. */
  async call<T>(
    what: Omit<CallStart, "startedAt">,
    run: () => Promise<T>,
    outcome: (done: Done<T> | undefined) => CallOutcome,
  ): Promise<T> {
    const watched = this.begin(what);
    try {
      const result = await watched.run(run);
      watched.end(() => outcome({ result }));
      return result;
    } catch (error) {
      watched.fail(error, () => outcome(undefined));
      throw error;
    }
  }

  /** A call that begins now. */
  begin(what: Omit<CallStart, "startedAt">): WatchedCall {
    return new WatchedCall(this.#all, what);
  }

  #set(all: readonly Observer[]): void {
    this.#all = all;
    this.#active = all.length > 0;
  }
}

/** What watches a call, and who has sent it. */
interface Watching {
  readonly observer: Observer;
  readonly call: CallObserver;
}

/** A call that is being watched. Nothing that an observer throws gets into it. */
export class WatchedCall {
  readonly #start: CallStart;
  readonly #watching: Watching[] = [];
  readonly #began: number;
  #isOver = false;

  constructor(observers: readonly Observer[], what: Omit<CallStart, "startedAt">) {
    this.#start = Object.freeze({ ...what, startedAt: Date.now() });
    for (const observer of observers) {
      const call = guarded(observer, () => observer.begin(this.#start));
      if (call !== undefined) this.#watching.push({ observer, call });
    }
    this.#began = performance.now();
  }

  /** Runs the call, or a step of it, inside of what the observers have for it. */
  run<T>(call: () => T): T {
    let made: { readonly value: T } | { readonly error: unknown } | undefined;
    const once = (): void => {
      if (made !== undefined) return;
      try {
        made = { value: call() };
      } catch (error) {
        made = { error };
      }
    };
    this.#watching.reduceRight(around, once)();
    once();
    if (made === undefined || "error" in made) throw (made as { readonly error: unknown } | undefined)?.error;
    return made.value;
  }

  /** It has ended well. */
  end(outcome: () => CallOutcome): void {
    this.#tell(outcome, undefined);
  }

  /** It has failed. */
  fail(error: unknown, outcome: () => CallOutcome = () => ({})): void {
    this.#tell(outcome, VarveError.is(error) ? error.code : "OTHER");
  }

  #tell(outcome: () => CallOutcome, error: CallEvent["error"]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const ms = performance.now() - this.#began;
    const event = Object.freeze({
      ...this.#start,
      ms,
      ...outcome(),
      ...(error === undefined ? {} : { error }),
    });
    for (const { observer, call } of this.#watching) guarded(observer, () => call.end(event));
  }
}

function around(run: () => void, { observer, call }: Watching): () => void {
  if (call.run === undefined) return run;
  return () => guarded(observer, () => call.run?.(run));
}

function guarded<T>(observer: object, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    warnOnce(observer, "An observer of a Varve database", error);
    return undefined;
  }
}
