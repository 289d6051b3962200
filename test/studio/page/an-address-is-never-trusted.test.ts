import { describe, expect, it } from "vitest";
import { hashOf, keyOf, PANES, routeOf } from "../../../src/studio/page/route";

const odd = ["abc", "{", "null", "true", "[1]", '{"a":1}', "1e999", "NaN", "__proto__", "%", "%E0%A4%A", ""];
const START = routeOf("");

describe("an address", () => {
  it("names a row that others should be like by a text or a number, or none", () => {
    for (const like of odd)
      expect(routeOf(`#/docs/search?${new URLSearchParams({ like })}`).like, like).toBe("");
    expect(routeOf("#/docs/search?like=abc")).toEqual({ ...START, table: "docs", pane: "search" });
    for (const like of ['"plant-1"', '""', '"__proto__"', '"%"', "7", "-0.5", "0"]) {
      const read = routeOf(`#/docs/search?${new URLSearchParams({ like })}`);
      expect(read.like).toBe(like);
      expect(JSON.stringify(keyOf(read.like))).toBe(like);
    }
  });

  it("has a mode, a pane, versions and an axis that there are, or those of the start", () => {
    for (const one of odd) {
      const given = new URLSearchParams({ mode: one, at: one, from: one, axis: one, order: "-" });
      expect(routeOf(`#/docs/${one}?${given}`), one).toEqual({ ...START, table: "docs" });
    }
    for (const mode of ["auto", "hybrid", "vector", "text"])
      expect(routeOf(`#/docs/search?mode=${mode}`).mode).toBe(mode);
    for (const pane of PANES) expect(routeOf(`#/docs/${pane}`).pane).toBe(pane);
    expect(routeOf("#/docs/rows?mode=text&mode=odd&mode").mode).toBe("text");
  });

  it("carries any text that is asked for, and comes back as it was", () => {
    for (const text of [...odd, "a?b", "a=b&c#d", "50 % off", "ü/é", "-x", "constructor"]) {
      const view = { ...START, table: text, q: text, where: text, column: text, order: text };
      expect(routeOf(hashOf(view)), text).toEqual(view);
    }
    expect(routeOf("#/docs/search?q=why?&column=__proto__")).toMatchObject({
      q: "why?",
      column: "__proto__",
    });
    expect(routeOf("#/docs/search?q=%E0%A4%A&where=%").where).toBe("%");
  });

  it("that names nothing, or cannot be decoded, leads to the start", () => {
    for (const hash of ["", "#", "#/", "#?", "#/%", "#/%E0%A4%A/nowhere", "#//", "#/?__proto__=1"])
      expect(routeOf(hash), hash).toEqual(START);
  });
});
