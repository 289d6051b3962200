import { digest } from "varve/documents";
import { expect, test } from "vitest";

test("a digest is SHA-256, as other programs write it", () => {
  expect(digest("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(digest("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("a text and its bytes in UTF-8 are one content", () => {
  for (const text of ["", "plain", "é\u{1f984}", "\uFEFFa\r\n"]) {
    const bytes = new TextEncoder().encode(text);
    expect(digest(bytes)).toBe(digest(text));
    expect(digest(Buffer.from(bytes))).toBe(digest(text));
  }
});

test("other contents have other digests, halves of characters too", () => {
  const contents = ["", "a", "A", "a ", "\ud83e", "\ud83f", "\ufffd", "\ud83ea", "é", "e\u0301"];
  expect(new Set(contents.map((content) => digest(content))).size).toBe(contents.length);
});

test("anything else is refused", () => {
  for (const content of [undefined, null, 1, {}, ["a"], new ArrayBuffer(1)])
    expect(() => digest(content as string)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});
