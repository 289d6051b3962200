// A table with a past, and with cells of every kind: plants of a garden, as somebody has written them down over a year.

import { bytes, connect, embed, float, int, json, list, table, text, timestamp, vector } from "varve";
import { builtin } from "varve/embeddings";
import { pngOf } from "./png";

const plants = table(
  "plants",
  {
    id: text().primaryKey(),
    name: text({ search: true }),
    about: text(),
    bed: text({ enum: ["herbs", "roses", "trees"] }).indexed(),
    height: float().nullable(),
    seen: int().default(0),
    at: timestamp().nullable(),
    notes: json().nullable(),
    tags: list(text()).nullable(),
    photo: bytes().nullable(),
    own: vector(8).nullable(),
  },
  (c) => ({ vec: embed(builtin(), c.about) }),
);

const KINDS = ["sage", "thyme", "rose", "apple", "pear", "mint", "elder", "briar", "lovage", "plum"];
const PLACES = ["by the wall", "under the pear tree", "near the pond", "behind the shed", "in the long bed"];
const BEDS = ["herbs", "roses", "trees"] as const;

function plant(index: number) {
  const kind = KINDS[index % KINDS.length] ?? "sage";
  const place = PLACES[Math.floor(index / KINDS.length) % PLACES.length] ?? "";
  return {
    id: `plant-${String(index).padStart(4, "0")}`,
    name: `${kind} ${index}`,
    about: `A ${kind} that grows ${place}. It wants water every ${(index % 6) + 1} days and sun in the morning.`,
    bed: BEDS[index % BEDS.length] ?? "herbs",
    height: index % 7 === 0 ? null : (index % 40) / 10,
    seen: index,
    at: new Date(Date.UTC(2026, 0, 1 + (index % 300))),
    notes: { watered: index % 2 === 0, by: ["ada", "max"][index % 2], again: { days: (index % 6) + 1 } },
    tags: [kind, place.split(" ").at(-1) ?? ""],
    photo: index < 12 ? pngOf(40 + index * 15, 120, 90, 24) : null,
    own: Float32Array.from({ length: 8 }, (_, at) => Math.sin(index + at)),
  };
}

/** Fills a folder with the garden: six versions, two of them with names, and a table of lists without a key. */
export async function fillGarden(folder: string, count = 300): Promise<void> {
  const db = await connect(folder);
  const t = await db.table(plants);
  const all = Array.from({ length: count }, (_, index) => plant(index));
  await t.insert(all.slice(0, count / 2), { message: "the old beds", effectiveAt: "2026-01-10" });
  await t.tag("planted");
  await t.insert(all.slice(count / 2), { message: "the new beds", effectiveAt: "2026-03-01" });
  const changed = {
    ...plant(3),
    about: "An apple that grows by the gate. It wants water every 9 days and shade.",
  };
  await t.upsert([changed, { ...plant(4), height: 9.5 }], { message: "moved", effectiveAt: "2026-05-01" });
  await t.delete({ where: { id: "plant-0005" }, message: "frost" });
  await t.tag("after-frost");
  await t.upsert([{ ...plant(6), about: '<img src=x onerror="alert(1)"> & <b>mint</b> by the pond.' }], {
    message: "<script>alert(1)</script>",
  });
  await t.insert([{ ...plant(count), about: "A fig that nobody has planted." }], { message: "a guest" });
  const words = table("words", { word: text({ search: true }) });
  await (await db.table(words)).insert([{ word: "alpha" }, { word: "beta" }]);
  await db.close();
}
