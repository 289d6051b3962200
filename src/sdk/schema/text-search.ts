// Whether and how the texts of a column are searched by their words.

import { isDeepStrictEqual } from "node:util";
import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import type { ColumnType } from "./column-type";
import { badMakerOption, mixedSearch, unknownSearchOption } from "./schema-errors";

/** A language whose words can be reduced to their stems, by its code of ISO 639. */
export type TextLanguage =
  | "da"
  | "de"
  | "en"
  | "es"
  | "fi"
  | "fr"
  | "hu"
  | "it"
  | "nl"
  | "no"
  | "pt"
  | "ro"
  | "ru"
  | "sv"
  | "tr";

/** How the texts of a column become the words that a search finds. */
export interface TextSearchOptions {
  /**
   * The language of the texts, for stems and stop words. Where it is not said, words of the letters a to z are taken for English.
   */
  readonly language?: TextLanguage | undefined;
  /**
   * What a word is: `"words"` of a language, of Chinese, Japanese and Korean each two characters in a row; `"code"`: identifiers, and each
   * of their parts; `{ ngrams: [min, max] }`: each run of so many characters, at most 16, so that parts of words are found.
   * @default "words"
   */
  readonly analyzer?: "words" | "code" | { readonly ngrams: readonly [number, number] } | undefined;
  /**
   * Whether words are reduced to their stems, so that `refund` finds `refunds`.
   * @default true
   */
  readonly stem?: boolean | undefined;
  /**
   * Whether words that say little are left out, such as `the`. It makes the index smaller, and phrases with such words inexact.
   * @default false
   */
  readonly stopWords?: boolean | undefined;
  /**
   * Whether diacritics are left out, so that `cafe` finds `café`.
   * @default true
   */
  readonly fold?: boolean | undefined;
}

/** What a column says of the search by its words, as it crosses to the native module. */
export interface TextSearchJson {
  readonly search: boolean;
  readonly analysis?: AnalysisJson;
  /** The texts inside of structs that are searched, by the names on the way to them; all where there are none. */
  readonly parts?: readonly (readonly string[])[];
}

interface AnalysisJson {
  readonly analyzer?: "words" | "code" | { readonly ngrams: { readonly min: number; readonly max: number } };
  readonly language?: TextLanguage | null;
  readonly stem?: boolean;
  readonly stopWords?: boolean;
  readonly fold?: boolean;
}

const LANGUAGES: Readonly<Record<TextLanguage, true>> = {
  da: true,
  de: true,
  en: true,
  es: true,
  fi: true,
  fr: true,
  hu: true,
  it: true,
  nl: true,
  no: true,
  pt: true,
  ro: true,
  ru: true,
  sv: true,
  tr: true,
};

const NAMES: Readonly<Record<keyof TextSearchOptions, true>> = {
  language: true,
  analyzer: true,
  stem: true,
  stopWords: true,
  fold: true,
};

const NGRAM_MAX = 16;

/** What the option `search` of `text()` says, checked; throws INVALID_SCHEMA. */
export function textSearchOf(given: unknown): TextSearchJson | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "boolean") return Object.freeze({ search: given });
  if (!isPlainObject(given))
    throw badMakerOption("text", "search", "true, false or an object of options", describeValue(given));
  const stray = Object.keys(given).find((name) => !Object.hasOwn(NAMES, name));
  if (stray !== undefined) throw unknownSearchOption(stray, Object.keys(NAMES));
  const { language, analyzer, stem, stopWords, fold } = given as TextSearchOptions;
  if (language !== undefined && !(typeof language === "string" && Object.hasOwn(LANGUAGES, language)))
    throw bad("language", `one of ${Object.keys(LANGUAGES).join(", ")}`, language);
  const analysis: AnalysisJson = {
    ...(analyzer === undefined ? {} : { analyzer: analyzerOf(analyzer) }),
    ...(language === undefined ? {} : { language }),
    ...(stem === undefined ? {} : { stem: flag("stem", stem) }),
    ...(stopWords === undefined ? {} : { stopWords: flag("stopWords", stopWords) }),
    ...(fold === undefined ? {} : { fold: flag("fold", fold) }),
  };
  const said = Object.keys(analysis).length > 0;
  return Object.freeze({ search: true, ...(said ? { analysis: Object.freeze(analysis) } : {}) });
}

function flag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw bad(name, "true or false", value);
  return value;
}

function analyzerOf(given: unknown): NonNullable<AnalysisJson["analyzer"]> {
  if (given === "words" || given === "code") return given;
  const ngrams: unknown = isPlainObject(given) ? Reflect.get(given, "ngrams") : undefined;
  if (Array.isArray(ngrams) && ngrams.length === 2) {
    const [min, max] = ngrams as readonly unknown[];
    const sound =
      Number.isInteger(min) && Number.isInteger(max) && 1 <= Number(min) && Number(min) <= Number(max);
    if (sound && Number(max) <= NGRAM_MAX) return { ngrams: { min: Number(min), max: Number(max) } };
    const found = `${describeValue(min)} and ${describeValue(max)}`;
    throw badMakerOption("text", "search.analyzer.ngrams", `two numbers from 1 to ${NGRAM_MAX}`, found);
  }
  throw bad("analyzer", '"words", "code" or { ngrams: [min, max] }', given);
}

function bad(name: string, expected: string, found: unknown): Error {
  return badMakerOption("text", `search.${name}`, expected, describeValue(found));
}

/** What a list or a struct says, of what its parts say; throws INVALID_SCHEMA where these differ. */
export function searchOfParts(
  container: "list" | "struct",
  parts: readonly { readonly name?: string; readonly search: TextSearchJson | undefined }[],
): TextSearchJson | undefined {
  const said = parts.filter(({ search }) => search !== undefined);
  const searched = said.filter(({ search }) => search?.search === true);
  const first = searched[0]?.search;
  if (first === undefined) return said.length === 0 ? undefined : Object.freeze({ search: false });
  if (searched.some(({ search }) => !sameAnalysis(search, first))) throw mixedSearch(container);
  const paths = searched.flatMap(({ name, search }) => {
    const own = name === undefined ? [] : [name];
    return (search?.parts ?? [[]]).map((path) => [...own, ...path]);
  });
  const named = paths.filter((path) => path.length > 0);
  return Object.freeze({
    search: true,
    ...(first.analysis === undefined ? {} : { analysis: first.analysis }),
    ...(named.length === 0 ? {} : { parts: named }),
  });
}

/** Whether a declaration says what is stored. One that says nothing takes what there is. */
export function agreesInSearch(
  type: ColumnType,
  declared: TextSearchJson | undefined,
  stored: TextSearchJson | undefined,
): boolean {
  if (declared === undefined) return true;
  if (stored === undefined || declared.search !== stored.search) return false;
  if (!declared.search) return true;
  const paths = (json: TextSearchJson): string[] =>
    (json.parts ?? textsOf(type)).map((path) => JSON.stringify(path)).sort();
  return sameAnalysis(declared, stored) && isDeepStrictEqual(paths(declared), paths(stored));
}

/** The names on the way to each text of a type. */
function textsOf(type: ColumnType): string[][] {
  if (type.kind === "text") return [[]];
  if (type.kind === "list") return textsOf(type.item.type);
  if (type.kind !== "struct") return [];
  return type.fields.flatMap(({ name, type: part }) => textsOf(part).map((path) => [name, ...path]));
}

function sameAnalysis(a: TextSearchJson | undefined, b: TextSearchJson | undefined): boolean {
  return isDeepStrictEqual(wholeAnalysis(a), wholeAnalysis(b));
}

function wholeAnalysis(json: TextSearchJson | undefined): Required<AnalysisJson> {
  const {
    analyzer = "words",
    language = null,
    stem = true,
    stopWords = false,
    fold = true,
  } = json?.analysis ?? {};
  return { analyzer, language, stem, stopWords, fold };
}

/** What the option `search` of `text()` would be. */
export function searchOption(json: TextSearchJson): boolean | TextSearchOptions {
  const analysis = wholeAnalysis(json);
  const { analyzer } = analysis;
  const options: TextSearchOptions = {
    ...(analysis.language === null ? {} : { language: analysis.language }),
    ...(analyzer === "words" ? {} : { analyzer: optionOf(analyzer) }),
    ...(analysis.stem ? {} : { stem: false }),
    ...(analysis.stopWords ? { stopWords: true } : {}),
    ...(analysis.fold ? {} : { fold: false }),
  };
  return json.search && Object.keys(options).length > 0 ? options : json.search;
}

function optionOf(
  analyzer: NonNullable<AnalysisJson["analyzer"]>,
): NonNullable<TextSearchOptions["analyzer"]> {
  return typeof analyzer === "string" ? analyzer : { ngrams: [analyzer.ngrams.min, analyzer.ngrams.max] };
}

/** What the text says at the end of these names inside of a column that says this of itself. */
export function searchAt(
  search: TextSearchJson | undefined,
  path: readonly string[],
): TextSearchJson | undefined {
  const { parts, ...all } = search ?? {};
  if (search === undefined || !search.search || parts === undefined) return search;
  return parts.some((part) => isDeepStrictEqual([...part], [...path])) ? { search: true, ...all } : undefined;
}

/** What is said, in words. */
export function describeSearch(search: TextSearchJson | undefined): string {
  if (search === undefined) return "";
  if (!search.search) return ", not searched by its words";
  const option = searchOption(search);
  const at = search.parts === undefined ? "" : ` at ${search.parts.map((part) => part.join(".")).join(", ")}`;
  return `, searched by its words${at}${option === true ? "" : ` as ${JSON.stringify(option)}`}`;
}
