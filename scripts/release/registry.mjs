// A registry of npm with nothing in it but a release that was packed: package managers install from it as they would from the real one,
// and choose by `os`, `cpu` and `libc`. It listens on loopback only. Packages of other platforms are described and cannot be fetched.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { at, readJson } from "../support/files.mjs";
import { platformManifest, platforms } from "./packages.mjs";

/** The manifests of a release by name, each with the archive it comes in. */
function documents(packed, folder, address) {
  const main = readJson("package.json");
  const described = platforms.map((platform) => ({ manifest: platformManifest(main, platform) }));
  const there = packed.map((one) => ({ manifest: readJson(join(one.folder, "package.json")), ...one }));
  const all = new Map();
  for (const { manifest, filename, integrity, shasum } of [...described, ...there]) {
    const { name, version } = manifest;
    const dist = { tarball: `${address}/-/${filename ?? "missing.tgz"}`, integrity, shasum };
    all.set(name, {
      name,
      "dist-tags": { latest: version },
      // Package managers hold back what is new; this is what they are here to try.
      time: { [version]: "2020-01-01T00:00:00.000Z" },
      versions: { [version]: { ...manifest, dist } },
    });
  }
  const files = new Map(there.map(({ filename }) => [filename, at(folder, filename)]));
  return { all, files };
}

/** Serves packed packages, whose archives lie in `folder`. Returns the address and what ends it. */
export async function serve(packed, folder) {
  let found;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname).slice(1);
    const file = path.startsWith("-/") ? found.files.get(path.slice(2)) : undefined;
    if (file !== undefined) return response.end(readFileSync(file));
    const document = found.all.get(path);
    response.statusCode = document === undefined ? 404 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(document ?? { error: "not found" }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${server.address().port}`;
  found = documents(packed, folder, address);
  const close = () => new Promise((done) => server.close(done).closeAllConnections());
  return { address, close };
}
