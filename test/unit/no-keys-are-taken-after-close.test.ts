import { expect, test } from "vitest";
import { callAsync } from "../../src/sdk/native/call";
import { openDatabase } from "../../src/sdk/native/open";

test("no keys are taken after close", async () => {
  const native = await openDatabase("memory:");
  await native.close();
  await expect(callAsync(() => native.renewCredentials("{}"))).rejects.toMatchObject({ code: "CLOSED" });
});
