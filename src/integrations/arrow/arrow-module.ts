import type { RecordBatch, Table } from "apache-arrow";
import { noArrow } from "./arrow-errors";

/** The parts of the `apache-arrow` package that are used. */
export interface ArrowModule {
  /** Reads a whole stream or file. */
  tableFromIPC(bytes: Uint8Array): Table;
  /** Reads a stream piece by piece. */
  readonly RecordBatchReader: {
    from(source: unknown): unknown;
  };
}

/** Batches as a reader of the package gives them. */
export type Batches = Iterable<RecordBatch> | AsyncIterable<RecordBatch>;

/** The package: the caller's own, or the one that is installed. */
export async function arrowModule(given: ArrowModule | undefined): Promise<ArrowModule> {
  if (given !== undefined) return given;
  try {
    return await import("apache-arrow");
  } catch (cause) {
    throw noArrow(cause);
  }
}

/** The batches of a stream or a file in Arrow's IPC format. */
export async function batchesOf(module: ArrowModule, bytes: unknown): Promise<Batches> {
  return (await module.RecordBatchReader.from(bytes)) as Batches;
}
