import type { Histogram, Meter } from "@opentelemetry/api";
import type { CallEvent } from "varve";
import { dimensionsOf } from "./attributes";

/** Those of the conventions, and two below: many calls of an embedded database take less than a millisecond. */
const SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** What measurements are recorded with. */
export class Instruments {
  readonly #operations: Histogram;
  readonly #rows: Histogram;
  readonly #embeddings: Histogram;
  readonly #requests: Histogram;

  constructor(meter: Meter) {
    const duration = (name: string, description: string): Histogram =>
      meter.createHistogram(name, { description, unit: "s", advice: { explicitBucketBoundaries: SECONDS } });
    this.#operations = duration("db.client.operation.duration", "Duration of database client operations.");
    this.#embeddings = duration("varve.embed.duration", "Duration of embeddings.");
    this.#requests = duration("varve.request.duration", "Duration of requests to a server of Varve.");
    this.#rows = meter.createHistogram("db.client.response.returned_rows", {
      description: "The actual number of records returned by the database operation.",
      unit: "{row}",
      advice: { explicitBucketBoundaries: ROWS },
    });
  }

  /** Records a call that has ended. */
  record(event: CallEvent): void {
    const dimensions = dimensionsOf(event);
    this.#durationOf(event).record(event.ms / 1000, dimensions);
    const answered = event.kind === "search" || event.kind === "read";
    if (answered && event.rows !== undefined) this.#rows.record(event.rows, dimensions);
  }

  /** An embedding and a request are parts of operations, which would count twice. */
  #durationOf({ kind }: CallEvent): Histogram {
    if (kind === "embed") return this.#embeddings;
    return kind === "request" ? this.#requests : this.#operations;
  }
}
