import { fill, searcher } from "../../vectors/filled.mjs";

async function filled(set, folder, settings, exact) {
  const { db, t, upkeepSeconds } = await fill(folder, set);
  const searchers = new Map();
  const search = (query, setting) => {
    const key = JSON.stringify(setting);
    if (!searchers.has(key)) searchers.set(key, searcher(t, setting));
    return searchers.get(key)(query);
  };
  return { buildSeconds: upkeepSeconds, search, settings, exact, close: () => db.close() };
}

export const variants = {
  exact: (set, folder) => filled(set, folder, [{ exact: true }], true),
  index: (set, folder) =>
    filled(
      set,
      folder,
      [0.9, 0.95, 0.97, 0.99, 0.995].map((recall) => ({ recall })),
      false,
    ),
};
