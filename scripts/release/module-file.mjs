// Reads of a native module what can be known without loading it: for which system and processor it is, which glibc it needs, and whether
// Node can find its entry.

const machines = { 62: "x64", 183: "arm64" };

/** For which system and processor a file is, as Node names them; `undefined` where it is no library of a known one. */
export function systemOf(bytes) {
  if (bytes.length < 64) return undefined;
  if (bytes.readUInt32BE(0) === 0x7f454c46) {
    return { os: "linux", cpu: machines[bytes.readUInt16LE(18)] };
  }
  if (bytes.readUInt32LE(0) === 0xfeedfacf) {
    return {
      os: "darwin",
      cpu: { 16777223: "x64", 16777228: "arm64" }[bytes.readUInt32LE(4)],
    };
  }
  if (bytes.readUInt16LE(0) === 0x5a4d) {
    const header = bytes.readUInt32LE(60);
    if (header + 6 > bytes.length) return undefined;
    return { os: "win32", cpu: { 34404: "x64", 43620: "arm64" }[bytes.readUInt16LE(header + 4)] };
  }
  return undefined;
}

const compare = (a, b) => a.localeCompare(b, "en", { numeric: true });

/** The newest version of glibc whose symbols a file asks for. */
export function glibcOf(bytes) {
  const named = bytes.toString("latin1").matchAll(/GLIBC_(\d+\.\d+(?:\.\d+)?)\0/g);
  return [...new Set([...named].map(([, version]) => version))].sort(compare).at(-1);
}

/** The C library that a file for Linux is linked with. */
export function libcOf(bytes) {
  const text = bytes.toString("latin1");
  if (/\0libc\.so\.6\0/.test(text)) return "glibc";
  return /\0libc\.(musl-\w+\.so\.1|so)\0/.test(text) ? "musl" : undefined;
}

/** What is wrong with a module for a platform: sentences, none where all is well. */
export function problemsOf(bytes, { name, os, cpu, libc }, glibc) {
  const found = systemOf(bytes);
  if (found?.os !== os || found?.cpu !== cpu) {
    return [`${name}: the module is for ${found?.os ?? "no known system"} ${found?.cpu ?? ""}`];
  }
  const problems = [];
  if (!bytes.includes("napi_register_module_v1")) problems.push(`${name}: it exports no entry for Node`);
  if (libc !== undefined && libcOf(bytes) !== libc) {
    problems.push(`${name}: it is linked with ${libcOf(bytes) ?? "no known C library"}`);
  }
  const needed = glibcOf(bytes);
  if (libc === "glibc" && needed !== undefined && compare(needed, glibc) > 0) {
    problems.push(`${name}: it needs glibc ${needed}, and ${glibc} is promised`);
  }
  return problems;
}
