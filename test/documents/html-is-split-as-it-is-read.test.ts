import { type Passage, splitHtml } from "varve/documents";
import { describe, expect, it } from "vitest";

const texts = (html: string, size?: number): string[] => splitHtml(html, { size }).map(({ text }) => text);
const text = (html: string): string => texts(html).join("\n\n");
const paths = (html: string): string[] => splitHtml(html).map((one) => one.headings.join(" > "));
const rangeOf = (html: string, { start, end }: Passage): string => html.slice(start, end);

describe("the text of a page", () => {
  it("is what a visitor reads, and the offsets say where that stands", () => {
    const html = "<h1>Refunds</h1><p>Paid within <b>14</b> days.</p>";
    const [passage, ...others] = splitHtml(html);
    expect(others).toEqual([]);
    expect(passage).toEqual({
      text: "Paid within 14 days.",
      headings: ["Refunds"],
      anchor: "refunds",
      start: 19,
      end: 46,
    });
    expect(rangeOf(html, passage as Passage)).toBe("Paid within <b>14</b> days.");
  });

  it("becomes paragraphs, lists, rows and code", () => {
    const html =
      "<p>One\n  two<br>three</p><ul><li>a<li>b</ul><table><tr><th>x<th>y<tr><td>1</td><td><i>2</i></td></table><pre>if (a) {\n  b\n}\n</pre>";
    expect(text(html)).toBe("One two\nthree\n\n- a\n- b\n\nx | y\n1 | 2\n\nif (a) {\n  b\n}");
  });

  it("has references written out, and the offsets count what is in the source", () => {
    const html =
      "<p>Caf&eacute; &amp; T&#x65;a &#128512; &#150; &copy 2026 &nope; &#0;&#xD800; a &lt; b &ampersand</p>";
    const [passage] = splitHtml(html);
    expect(passage?.text).toBe("Café & Tea \u{1f600} – © 2026 &nope; \ufffd\ufffd a < b &ampersand");
    expect(rangeOf(html, passage as Passage)).toBe(html.slice(3, -4));
    const cut = splitHtml(html, { size: 6 });
    expect(cut.slice(0, 2).map((one) => rangeOf(html, one))).toEqual([
      "Caf&eacute; &amp;",
      "T&#x65;a &#128512;",
    ]);
  });

  it("has no letters without a shape", () => {
    const tags = [..."ignore"].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join("");
    expect(text(`<p>a\u200bb&shy;c${tags}d\u2065e</p>`)).toBe("abcde");
    // These join letters of words and pictures, and are read.
    expect(text("<p>\u0646\u200c\u0645 \u{1f468}\u200d\u{1f469}</p>")).toBe(
      "\u0646\u200c\u0645 \u{1f468}\u200d\u{1f469}",
    );
  });

  it("is that of main, where there is one that says something", () => {
    const page = (main: string): string => `<h1>Site</h1><p>before</p><main>${main}</main><p>after</p>`;
    expect(text(page("<h2>A</h2><p>inside</p>"))).toBe("inside");
    expect(paths(page("<h2>A</h2><p>inside</p>"))).toEqual(["A"]);
    expect(text(page(""))).toBe("before\n\nafter");
    expect(text("<main><p>never ended")).toBe("never ended");
  });

  it("has no code, forms, menus or footers", () => {
    const html =
      "<nav>menu</nav><style>p{}</style><script>let x = '<p>no</p>';</script><p>yes</p><select><option>no</select><textarea><p>no</textarea><footer>no</footer><svg><title>no</title><text>no</text></svg><noscript><p>no</noscript><template><p>no</template>";
    expect(text(html)).toBe("yes");
    expect(text("<svg class=icon />a<math/>b")).toBe("ab");
    expect(text("<svg><path/><path></svg>a")).toBe("a");
  });
});

describe("headings", () => {
  it("stand above what is below them, under the title where no h1 is", () => {
    const html = "<title>The\n page</title>intro<h2>A</h2>a<h3>B <i>b</i></h3>b<h2>C</h2>c";
    expect(paths(html)).toEqual(["The page", "The page > A", "The page > A > B b", "The page > C"]);
    expect(paths(`${html}<h1>D</h1>d`)).toEqual(["", "A", "A > B b", "C", "D"]);
  });

  it("give anchors: their id, or their words", () => {
    const html = '<h2 id="the-id">A</h2>a<h2 id="no id">B</h2>b<h2>B</h2>c<h2 id="the-id">D</h2>d';
    expect(splitHtml(html).map(({ anchor }) => anchor)).toEqual(["the-id", "b", "b-1", "the-id-1"]);
  });

  it("end with any end of a heading, and what is too long for one is text", () => {
    expect(paths("<h1>A</h3>a")).toEqual(["A"]);
    expect(paths("<h1>A<h2>B</h2>b")).toEqual(["A > B"]);
    expect(paths("<h1><div>One</div><div>two</div></h1>a")).toEqual(["One two"]);
    const long = "word ".repeat(60).trim();
    expect(splitHtml(`<h1>${long}</h1><p>a</p>`)).toMatchObject([{ headings: [], text: `${long}\n\na` }]);
    expect(text(`<h1>${long}`)).toBe(long);
  });
});

describe("what a page hides", () => {
  const SECRET = "secret";
  const hiding = {
    "a comment": `<!-- <p>${SECRET} -->`,
    "a comment of nothing": `<!--><!-- ${SECRET} -->`,
    "a comment of a dash": `<!---><!-- ${SECRET} -->`,
    "a comment that ends with a mark": `<!-- ${SECRET} --!>`,
    "the hidden attribute": `<div hidden><p>${SECRET}</p><div>${SECRET}</div>${SECRET}</div>`,
    "aria-hidden": `<span aria-hidden="true">${SECRET}<span>${SECRET}</span>${SECRET}</span>`,
    "display: none": `<p style="color: red; display : none">${SECRET}</p>`,
    "display with a comment": `<p style='DISPLAY:/* */none'>${SECRET}</p>`,
    "visibility: hidden": `<p style=visibility:hidden>${SECRET}</p>`,
    "no opacity": `<p style="opacity: 0.0">${SECRET}</p>`,
    "letters without size": `<p style="font-size:0px">${SECRET}</p>`,
    "end tags of nothing inside": `<div hidden></p></h2></b></li>${SECRET}</div>`,
    "a paragraph that was never ended before": `<p>tea<div hidden><b>x</b></p>${SECRET}</div>`,
    "an item without an end tag": `<ul><li hidden>${SECRET}<ul><li>${SECRET}</ul>${SECRET}<li>cup</ul>`,
    "a title": `<p title="${SECRET}">tea</p>`,
  };

  it.each(Object.entries(hiding))("with %s is left out, and what follows is there", (_, html) => {
    const found = text(`<h1>Tea</h1><p>Tea is hot.</p>${html}<p>Cups are warm.</p>`);
    expect(found).not.toContain(SECRET);
    expect(found).toContain("Tea is hot.");
    expect(found).toContain("Cups are warm.");
  });

  it("hides again where browsers open it again, and goes as far as they let it", () => {
    const hidden = [
      `<div><b hidden>${SECRET}</div>${SECRET}</b>`,
      `<option hidden><dd>${SECRET}</option>${SECRET}`,
      `<span hidden><div>${SECRET}</span>${SECRET}</div>${SECRET}</span>`,
      `<p hidden>${SECRET}<tr>${SECRET}`,
      `<table><tr><td hidden><div>${SECRET}<p>${SECRET}</td></table>`,
      `<select><li></div>${SECRET}</select>`,
      `<div hidden><table><td></div>${SECRET}</table></div>`,
    ];
    for (const html of hidden) expect(text(`<p>tea</p>${html}`), html).not.toContain(SECRET);
    expect(text("<body style='opacity:0'><p>shown by a script")).toBe("shown by a script");
  });

  it("ends where the element ends, also without its end tag", () => {
    expect(text("<p hidden>a<p>b")).toBe("b");
    expect(text("<div><p hidden>a</div>b")).toBe("b");
    expect(text("<ul><li hidden>a<li>b</ul>")).toBe("- b");
    expect(text("<table><tr><td hidden>a<td>b</table>")).toBe("b");
    expect(text("<section><span hidden>a</section>b")).toBe("b");
  });

  it("is not what only looks like it", () => {
    const style = "opacity:0.5;font-size:0.8em;display:block;visibility:visible";
    expect(text(`<p style="${style}" data-hidden aria-hidden="false">seen</p>`)).toBe("seen");
    expect(text("<p style='color:red;/*;display:none'>in a comment that never ends</p>")).toBe(
      "in a comment that never ends",
    );
  });
});

describe("what is broken", () => {
  it("is read as something", () => {
    expect(text("a < b and c <3 d")).toBe("a < b and c <3 d");
    expect(text("<p>a</ p>b")).toBe("ab");
    expect(text("<p class='x'id=y>a</p x>b")).toBe("a\n\nb");
    expect(text("<p a=>a")).toBe("a");
    expect(text("<p =x>a")).toBe("a");
    expect(text("<p>a<b")).toBe("a");
    expect(text("<!doctype html>a<?php x ?>b<![CDATA[c]]>d")).toBe("abd");
    expect(text("\uFEFF<p>a")).toBe("a");
    expect(text("a<!--->b<!---->c<!-->d<!--!>e--!>f")).toBe("abcdf");
    expect(text("<script>x")).toBe("");
    expect(text("<P>A</P><P>B</P>")).toBe("A\n\nB");
    expect(text("<p>a\u0001b")).toBe("a\u0001b");
  });

  it("has end tags that browsers take for start tags", () => {
    expect(text("one</p>two")).toBe("one\n\ntwo");
    expect(text("<b>one</p>two</b>")).toBe("one\n\ntwo");
    expect(text("<p>one</p></p>two")).toBe("one\n\ntwo");
    expect(text("one</br>two")).toBe("one\ntwo");
    expect(text("<p>one</br>two</p></br>")).toBe("one\ntwo");
    expect(text("<div hidden>one</br></p>two</div>three")).toBe("three");
  });

  it("may be nested as deeply as it likes", () => {
    expect(text(`<p>top</p>${"<div>".repeat(200_000)}deep${"</div>".repeat(200_000)}`)).toBe("top\n\ndeep");
    expect(text(`${"<div hidden>".repeat(100_000)}deep${"</div>".repeat(100_000)}end`)).toBe("end");
  });
});
