// What a page keeps from its visitors, as far as its own tags say so: it is where instructions to a model are put. Stylesheets are not
// read.

/** Never the text of a page: code, what is drawn, what is filled in, and what stands around the content. */
const LEFT_OUT = new Set(
  "script style title template noscript svg math canvas iframe noembed noframes object embed video audio select textarea button datalist nav footer".split(
    " ",
  ),
);
const HIDING = [
  /(^|;)display:none/,
  /(^|;)visibility:(hidden|collapse)/,
  /(^|;)opacity:0*\.?0+%?(;|!|$)/,
  /(^|;)font-size:0*\.?0+[a-z%]*(;|!|$)/,
];
/** The most characters of a style that are looked at: enough for any page that means well. */
const STYLE_MAX = 2000;

/** Whether an element and all that is in it is kept from visitors. */
export function isHidden(name: string, attributes: ReadonlyMap<string, string>): boolean {
  // A page that shows itself by a script when it is loaded.
  if (name === "body" || name === "html") return false;
  if (LEFT_OUT.has(name) || attributes.has("hidden")) return true;
  if (attributes.get("aria-hidden")?.toLowerCase() === "true") return true;
  const style = attributes.get("style");
  if (style === undefined) return false;
  const written = style.slice(0, STYLE_MAX).toLowerCase();
  const plain = written.replace(/\/\*.*?(?:\*\/|$)/gs, "").replace(/\s+/g, "");
  return HIDING.some((pattern) => pattern.test(plain));
}
