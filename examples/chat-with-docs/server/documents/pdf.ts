// The text of a PDF. A PDF knows letters at places, so lines, paragraphs and headings are read from where and how large they stand.

import { extractTextItems, getDocumentProxy } from "unpdf";
import { type DocumentText, literal, visibleText } from "./document.ts";

interface PdfLine {
  readonly text: string;
  readonly size: number;
  readonly top: number;
  readonly page: number;
}

/** The most pages that are read. */
const PAGES = 500;
/** Letters of fewer points are not meant to be read by people. */
const LEGIBLE = 4;

/** Reads a PDF; throws where it is none, has too many pages, or holds no text. */
export async function readPdf(bytes: Uint8Array, path: string): Promise<DocumentText> {
  const document = await getDocumentProxy(bytes);
  try {
    if (document.numPages > PAGES)
      throw new Error(`has ${document.numPages} pages, at most ${PAGES} are read`);
    const { items } = await extractTextItems(document);
    const lines = items.flatMap((page, index) => linesOfPage(page, index));
    if (lines.length === 0) throw new Error("holds no text: its pages are pictures, which are not read");
    return toText(lines, items.length, path);
  } finally {
    await document.cleanup();
  }
}

type PageItems = Awaited<ReturnType<typeof extractTextItems>>["items"][number];

/** The lines of a page: runs of letters with the same base line. */
function linesOfPage(items: PageItems, page: number): PdfLine[] {
  const lines: { text: string; size: number; top: number; page: number; right: number }[] = [];
  for (const { str, x, y, width, fontSize } of items) {
    if (str.trim() === "" || fontSize < LEGIBLE) continue;
    const last = lines.at(-1);
    if (last !== undefined && Math.abs(last.top - y) < fontSize / 2 && x > last.right - fontSize) {
      last.text += (x - last.right > fontSize / 6 ? " " : "") + str;
      last.right = x + width;
      last.size = Math.max(last.size, fontSize);
    } else lines.push({ text: str, size: fontSize, top: y, page, right: x + width });
  }
  return lines;
}

function toText(lines: readonly PdfLine[], pageCount: number, path: string): DocumentText {
  const body = usualSize(lines);
  const largest = lines.reduce((most, { size }) => Math.max(most, size), 0);
  const pages: number[] = [];
  let text = "";
  let title: string | undefined;
  let last: PdfLine | undefined;
  for (const line of lines) {
    const words = visibleText(line.text).replace(/\s+/g, " ").trim();
    if (words === "") continue;
    const isHeading = line.size > body * 1.15;
    const isNew = last === undefined || isHeading || startsBlock(line, last, body);
    if (text !== "") text += isNew ? "\n\n" : " ";
    while (pages.length <= line.page) pages.push(text.length);
    if (
      isHeading &&
      last !== undefined &&
      last.size === line.size &&
      last.page === line.page &&
      isClose(line, last)
    ) {
      text = `${text.trimEnd()} ${words}`;
    } else text += isHeading ? `${line.size === largest ? "#" : "##"} ${words}` : literal(words);
    if (isHeading) title ??= words;
    last = line;
  }
  while (pages.length < pageCount) pages.push(text.length);
  return { kind: "pdf", title: title ?? path, text, pages };
}

function startsBlock(line: PdfLine, last: PdfLine, body: number): boolean {
  return (
    line.page !== last.page || last.size > body * 1.15 || !isClose(line, last) || /^[•▪‣-]\s/.test(line.text)
  );
}

function isClose(line: PdfLine, last: PdfLine): boolean {
  return Math.abs(last.top - line.top) < line.size * 1.75;
}

/** The size in which most letters are set. */
function usualSize(lines: readonly PdfLine[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of lines) letters.set(size, (letters.get(size) ?? 0) + text.length);
  return [...letters].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0] as [number, number])[0];
}
