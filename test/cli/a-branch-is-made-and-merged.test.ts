import { afterAll, beforeAll, expect, test } from "vitest";
import { Workplace } from "../support/varve-command";

let place: Workplace;

beforeAll(() => {
  place = new Workplace();
  place.write("tea.csv", "id,name\na,Sencha\nb,Assam\n");
  place.run("import", "tea.csv", "--table", "tea", "--key", "id");
});

afterAll(() => place[Symbol.dispose]());

test("a branch is made, written to, merged and deleted", () => {
  expect(place.run("branch", "trial").stdout).toBe(
    "The branch trial begins at version 1: --table tea@trial\n",
  );
  place.write("more.csv", "id,name\na,Gyokuro\nc,Oolong\n");
  place.run("import", "more.csv", "--table", "tea@trial");
  expect(place.run("branch").stdout).toBe("    2  trial  (from version 1 of main)\n");
  expect(place.run("merge", "trial", "--dry-run").stdout).toBe(
    "A merge of trial into tea would make: 1 new, 1 changed, 0 gone.\n",
  );
  expect(place.run("merge", "trial").stdout).toBe(
    "trial is merged into tea, as version 2: 1 new, 1 changed, 0 gone.\n",
  );
  expect(place.run("merge", "trial").stdout).toBe("trial has nothing that tea does not have.\n");
  expect(place.json("get", "a")).toMatchObject({ row: { name: "Gyokuro" } });
  expect(place.run("branch", "trial", "--delete").stdout).toBe("The branch trial is gone.\n");
  expect(place.run("branch").stdout).toBe("There are no branches.\n");
});

test("a conflict is shown, and ends a merge with what to do", () => {
  place.run("branch", "other");
  place.write("here.csv", "id,name\nb,here\n");
  place.write("there.csv", "id,name\nb,there\n");
  place.run("import", "here.csv", "--table", "tea");
  place.run("import", "there.csv", "--table", "tea@other");
  expect(place.run("merge", "other", "--dry-run").stdout).toContain("  conflict  b  name\n");
  const failed = place.run("merge", "other");
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("onConflict")]);
  expect(place.run("merge", "other", "--on-conflict", "both").code).toBe(2);
  expect(place.json("merge", "other", "--on-conflict", "theirs")).toMatchObject({ updated: 1 });
});
