// A database in a bucket has a thread for its requests. It ends when the database is closed, and not when somebody collects what is left.

import { readdirSync, readFileSync } from "node:fs";
import { connect } from "varve";
import { expect, onTestFinished, test, vi } from "vitest";
import { BucketServer } from "../support/bucket-server";

/** How many threads of this process send requests to buckets. */
function senders(): number {
  const names = readdirSync("/proc/self/task").map((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/comm`, "utf8").trim();
    } catch {
      return "";
    }
  });
  return names.filter((name) => name === "varve-io").length;
}

// Only Linux shows the threads of a process as files.
test.runIf(process.platform === "linux")("its thread ends with close", async () => {
  const server = await BucketServer.start();
  onTestFinished(() => server.stop());
  const before = senders();
  const db = await connect("s3://bucket/here", { ...server.options, cache: "memory" });
  expect(await db.tables()).toEqual([]);
  expect(senders()).toBe(before + 1);
  await db.close();
  await vi.waitFor(() => expect(senders()).toBe(before));
  await expect(db.tables()).rejects.toMatchObject({ code: "CLOSED" });
});
