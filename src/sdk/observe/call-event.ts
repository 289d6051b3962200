import type { VarveErrorCode } from "../../varve-error";

/**
 * What a call does: `write` changes rows, columns or tables; `embed` calls an embedding function; `search` looks for what fits a query; `read` reads
 * anything else; `upkeep` looks after files; `request` asks a server.
 */
export type CallKind = "write" | "embed" | "search" | "read" | "upkeep" | "request";

/** A call that begins. */
export interface CallStart {
  /** What it does. */
  readonly kind: CallKind;
  /** The method, such as `insert`; of an embedding `query` or `documents`; of a request what the server is asked. */
  readonly operation: string;
  /** The table, if it is a call of one. */
  readonly table?: string;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Of an embedding: the derived column. */
  readonly column?: string;
  /** Of an embedding: the name of the function. */
  readonly function?: string;
  /** Of an embedding: how many different inputs it has. */
  readonly inputs?: number;
}

/** What is known of a call when it has ended. */
export interface CallOutcome {
  /** How many rows it wrote or answered with; of a backfill, how many vectors. */
  readonly rows?: number;
  /** How many bytes it answered with, copied or checked. */
  readonly bytes?: number;
  /**
   * The version that it made or read. For a read of the newest version: the newest when it began, which it read unless somebody committed
   * meanwhile.
   */
  readonly version?: number;
  /** Of an embedding of documents: how many inputs the cache knew, or another call was already embedding. */
  readonly cacheHits?: number;
  /** Of an embedding of documents: how many calls of the function it took. */
  readonly requests?: number;
  /** Of an embedding of documents: about how many tokens were sent. */
  readonly tokens?: number;
  /** Of a request: how often the server was asked. */
  readonly attempts?: number;
}

/**
 * A call that has ended. It says how much and how long, and never what: no text, no key, no filter, no vector and no message of an error is
 * in it.
 */
export interface CallEvent extends CallStart, CallOutcome {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** The code of the error that it failed with. `OTHER` is an error that is none of Varve's, such as one that your function threw. */
  readonly error?: VarveErrorCode | "OTHER";
}

/** A call that failed. */
export interface FailedCallEvent extends CallEvent {
  readonly error: VarveErrorCode | "OTHER";
}

/** What `db.on` can listen for, and what listeners are told. */
export interface DatabaseEvents {
  /** A call that writes has ended. */
  readonly write: CallEvent;
  /** An embedding has ended: of a query, or of the documents of a write. */
  readonly embed: CallEvent;
  /** A search has ended. */
  readonly search: CallEvent;
  /** Another read has ended. */
  readonly read: CallEvent;
  /** A call that looks after files has ended. */
  readonly upkeep: CallEvent;
  /** A request to a server has ended. */
  readonly request: CallEvent;
  /** A call of any kind has failed. */
  readonly error: FailedCallEvent;
}
