import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  CellAnswer,
  ExplainAnswer,
  HitsAnswer,
  MapAnswer,
  RowsAnswer,
  SchemaAnswer,
  TimelineAnswer,
} from "../../src/studio/api-types";
import { fillGarden } from "../support/garden";
import { pngOf } from "../support/png";
import { Studio } from "../support/studio";

const folder = mkdtempSync(join(tmpdir(), "varve-studio-"));
let studio: Studio;

beforeAll(async () => {
  await fillGarden(folder, 60);
  studio = await Studio.start(folder);
});
afterAll(async () => {
  await studio.end();
  rmSync(folder, { recursive: true, force: true });
});

const table = "plants";

describe("the studio", () => {
  it("shows all commits, the oldest first", async () => {
    const { version, oldestVersion, commits, older } = await studio.answer<TimelineAnswer>("timeline", {
      table,
    });
    expect({ version, oldestVersion, older }).toEqual({ version: 6, oldestVersion: 0, older: 0 });
    expect(commits.map(({ operation, message, tags }) => [operation, message, ...tags])).toEqual([
      ["insert", "the old beds", "planted"],
      ["insert", "the new beds"],
      ["upsert", "moved"],
      ["delete", "frost", "after-frost"],
      ["upsert", "<script>alert(1)</script>"],
      ["insert", "a guest"],
    ]);
  });

  it("shows rows with cells of every kind, and counts those of a filter", async () => {
    const asked = { table, where: "bed = 'herbs'", limit: 2, order_by: [{ column: "seen" }] };
    const { count, total, columns, rows, version } = await studio.answer<RowsAnswer>("rows", asked);
    expect({ count, total, version }).toEqual({ count: 21, total: 60, version: 6 });
    const first = Object.fromEntries(columns.map(({ name }, at) => [name, rows[0]?.cells[at]]));
    expect(rows[0]?.id).toBe("plant-0000");
    expect(first).toMatchObject({
      id: "plant-0000",
      height: null,
      seen: 0,
      at: "2026-01-01T00:00:00.000Z",
      notes: { json: '{"watered":true,"by":"ada","again":{"days":1}}', more: 0 },
      tags: { json: '["sage","wall"]', more: 0 },
      photo: { bytes: expect.any(Number), image: "image/png" },
      own: { length: 8, vector: expect.arrayContaining([0]) },
      vec: { vector: expect.any(Array), length: columns.find(({ name }) => name === "vec")?.dimensions },
    });
    const then = await studio.answer<RowsAnswer>("rows", { table, as_of: "@planted", limit: 1 });
    expect([then.count, then.version, then.asOf]).toEqual([30, 1, "@planted"]);
    const picked = await studio.answer<RowsAnswer>("rows", { table, keys: ["plant-0002", "plant-0009"] });
    expect(picked.rows.map(({ id }) => id)).toEqual(["plant-0002", "plant-0009"]);
    const words = await studio.answer<RowsAnswer>("rows", { table: "words" });
    expect(words.rows.map(({ id, cells }) => [id, cells])).toEqual([
      [null, ["alpha"]],
      [null, ["beta"]],
    ]);
  });

  it("says what is wrong with a filter", async () => {
    const { status, body } = await studio.ask("rows", { table, where: "bed = = 3" });
    expect([status, JSON.parse(body.toString())]).toMatchSnapshot();
  });

  it("shows one value in full, and bytes as bytes", async () => {
    const photo = await studio.ask("cell", { table, keys: ["plant-0000"], column: "photo" });
    expect(photo.headers["content-type"]).toBe("application/octet-stream");
    expect(new Uint8Array(photo.body)).toEqual(pngOf(40, 120, 90, 24));
    const vec = await studio.answer<CellAnswer>("cell", { table, keys: ["plant-0001"], column: "own" });
    expect(vec).toMatchObject({ kind: "vector", value: { length: 8 } });
    const word = await studio.answer<CellAnswer>("cell", { table: "words", offset: 1, column: "word" });
    expect(word).toEqual({ column: "word", kind: "text", value: "beta" });
    const gone = await studio.ask("cell", { table, keys: ["plant-0005"], column: "own" });
    expect([gone.status, JSON.parse(gone.body.toString())]).toMatchSnapshot();
    const then = { table, keys: ["plant-0005"], column: "name", as_of: "v3" };
    expect(await studio.answer("cell", then)).toMatchObject({ value: "mint 5" });
  });

  it("searches by words and by meaning, and shows what was found where", async () => {
    const query = "sun by the wall";
    const found = await studio.answer<HitsAnswer>("hits", { table, query, limit: 3 });
    expect(found).toMatchObject({ mode: "hybrid", partsOf: "about", from: null });
    const [best] = found.hits;
    expect(best).toMatchObject({ textScore: expect.any(Number), distance: expect.any(Number), from: null });
    const [part] = best?.parts ?? [];
    const marked = part?.marks.map(({ start, end }) => part.text.slice(start, end));
    expect(marked).toEqual(expect.arrayContaining(["wall"]));
    const words = await studio.answer<HitsAnswer>("hits", { table, query: "sage", mode: "text" });
    expect(words).toMatchObject({ mode: "text", partsOf: "name" });
    expect(words.hits[0]).toMatchObject({ distance: null, score: expect.any(Number) });
    const { explanation } = await studio.answer<ExplainAnswer>("explain", { table, query, limit: 3 });
    expect(explanation).toMatchObject({
      mode: "hybrid",
      column: "vec",
      rows: 60,
      fusion: expect.any(Object),
    });
  });

  it("finds rows that are like one, by any vectors", async () => {
    const like = { table, like: ["plant-0001"], column: "own", limit: 2 };
    const { mode, hits } = await studio.answer<HitsAnswer>("hits", like);
    expect([mode, hits[0]?.id]).toEqual(["vector", "plant-0001"]);
    const without = await studio.ask("hits", { table: "words", query: "alpha", mode: "vector" });
    expect([without.status, JSON.parse(without.body.toString())]).toMatchSnapshot();
  });

  it("searches all versions, and says from when until when a row said so", async () => {
    const asked = { table, query: "apple behind the shed by the gate", from: "v1", as_of: "v6", limit: 60 };
    const { from, version, hits } = await studio.answer<HitsAnswer>("hits", asked);
    expect([from, version]).toEqual([1, 6]);
    const same = hits.filter(({ id }) => id === "plant-0003");
    expect(same.map((hit) => [hit.from?.version, hit.to?.version ?? null]).toSorted()).toEqual([
      [1, 3],
      [3, null],
    ]);
  });

  it("shows what changed, also between effective dates", async () => {
    const counts = { added: 31, removed: 1, changed: 3 };
    const { version: _, ...all } = await studio.answer<Record<string, unknown>>("changes", {
      table,
      from: "v1",
    });
    expect(all).toMatchObject({ from: 1, to: 6, counts });
    const spring = { table, from: "effective:2026-01-10", to: "effective:2026-04-01" };
    expect(await studio.answer("changes", spring)).toMatchObject({
      counts: { added: 30, removed: 0, changed: 0 },
    });
    const keyless = await studio.ask("changes", { table: "words", from: "v0" });
    expect([keyless.status, JSON.parse(keyless.body.toString())]).toMatchSnapshot();
  });

  it("shows a table in full, then and now", async () => {
    const schema = await studio.answer<SchemaAnswer>("schema", { table });
    expect(schema).toMatchObject({
      primaryKey: "id",
      rows: 60,
      stats: { version: 6, bytes: expect.any(Number), missingVectors: { vec: 0 } },
      tags: [
        { name: "planted", version: 1 },
        { name: "after-frost", version: 4 },
      ],
    });
    expect(schema.coverage.map(({ column, of, rows }) => [column, of, rows])).toEqual([
      ["bed", "values", 60],
      ["own", "vectors", 60],
      ["vec", "vectors", 60],
    ]);
    expect(await studio.answer("schema", { table, as_of: "v0" })).toMatchObject({ rows: 0, coverage: [] });
  });

  it("shows the past on the map of the present", async () => {
    const now = await studio.answer<MapAnswer>("map", { table });
    const then = await studio.answer<MapAnswer>("map", { table, as_of: "v4" });
    expect([now.column, now.ids.length, now.places.length, then.ids.length]).toEqual(["own", 60, 120, 59]);
    const place = ({ ids, places }: MapAnswer, id: string): number[] => {
      const at = ids.indexOf(id);
      return places.slice(2 * at, 2 * at + 2);
    };
    expect(place(then, "plant-0010")).toEqual(place(now, "plant-0010"));
    expect(now.share).toBeGreaterThan(0.99);
    const words = await studio.ask("map", { table: "words" });
    expect([words.status, JSON.parse(words.body.toString())]).toMatchSnapshot();
  });
});
