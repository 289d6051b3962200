import { ArrowReader, Database, PinnedSnapshot, Snapshot, Table, TableView } from "varve";
import { expect, test } from "vitest";
import {
  DATABASES,
  type Operations,
  PINS,
  READS,
  SNAPSHOTS,
  TABLES,
  VIEWS,
} from "../../src/sdk/observe/operations";

/** What is told of by nobody: what makes no call, what ends one's use, and `embed`, which is told of where it embeds. */
const SILENT: ReadonlySet<string> = new Set(["asOf", "close", "embed", "on", "observe", "read", "seen"]);

const classes: [string, object, Operations][] = [
  ["Reads", Object.getPrototypeOf(TableView.prototype) as object, READS],
  ["TableView", TableView.prototype, VIEWS],
  ["Table", Table.prototype, TABLES],
  ["Snapshot", Snapshot.prototype, SNAPSHOTS],
  ["PinnedSnapshot", PinnedSnapshot.prototype, PINS],
  ["ArrowReader", ArrowReader.prototype, {}],
  ["Database", Database.prototype, DATABASES],
];

test.each(classes)("every method of %s is told of, or is known to be silent", (_, prototype, operations) => {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(
    ([name, { value }]) => name !== "constructor" && typeof value === "function",
  );
  const names = methods.map(([name]) => name).filter((name) => !SILENT.has(name));
  expect(names.sort()).toEqual(Object.keys(operations).sort());
});
