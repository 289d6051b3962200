// What a page hides from its visitors, as far as the page itself says so. A stylesheet in another file is not loaded.

import type { DefaultTreeAdapterTypes } from "parse5";

type Element = DefaultTreeAdapterTypes.Element;

const HIDING = [
  /(^|;)display:none/,
  /(^|;)visibility:(hidden|collapse)/,
  /(^|;)opacity:0*\.?0+%?(;|!|$)/,
  /(^|;)font-size:(0*\.?0+[a-z%]*|1px)(;|!|$)/,
  /(^|;)(left|top|right|bottom|text-indent|margin-left|margin-top):-\d{3,}/,
  /(^|;)clip:rect\(0|(^|;)clip-path:inset\((50|100)%/,
  /(^|;)color:(transparent|rgba\([^)]*,0?\.?0+\))(;|!|$)/,
  /(^|;)transform:scale\(0\)/,
];

/** The most characters of a set of declarations that are looked at: enough for any page that means well. */
const DECLARATIONS = 2000;

/** Whether declarations hide what they apply to. */
function hides(declarations: string): boolean {
  const written = declarations.slice(0, DECLARATIONS).toLowerCase();
  const style = written.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, "");
  if (HIDING.some((pattern) => pattern.test(style))) return true;
  const text = /(?:^|;)color:([^;!]+)/.exec(style)?.[1];
  const behind = /(?:^|;)background(?:-color)?:([^;!]+)/.exec(style)?.[1];
  return text !== undefined && text === behind;
}

/** The classes, ids and elements that the stylesheets in a page hide. */
export class HidingRules {
  readonly #selectors = new Set<string>();

  constructor(styles: string) {
    for (const rule of styles.split("}")) {
      const [selectors = "", declarations = ""] = rule.split("{").slice(-2);
      if (!hides(declarations)) continue;
      for (const selector of selectors.split(",")) this.#selectors.add(selector.trim().toLowerCase());
    }
  }

  match({ tagName }: Element, id: string, classes: readonly string[]): boolean {
    const names = [tagName, `#${id}`, ...classes.flatMap((name) => [`.${name}`, `${tagName}.${name}`])];
    return names.some((name) => this.#selectors.has(name));
  }
}

/** Whether an element and all that is in it is hidden. */
export function isHidden(element: Element, rules: HidingRules): boolean {
  const attribute = (name: string): string | undefined =>
    element.attrs.find((found) => found.name === name)?.value.toLowerCase();
  if (attribute("hidden") !== undefined || attribute("aria-hidden") === "true") return true;
  if (hides(attribute("style") ?? "")) return true;
  return rules.match(element, attribute("id") ?? "", (attribute("class") ?? "").split(/\s+/));
}
