import { useState } from "preact/hooks";

/** Copies a text that is made when somebody wants it. */
export function CopyButton({
  label,
  text,
}: {
  readonly label: string;
  readonly text: () => string | Promise<string>;
}) {
  const [said, setSaid] = useState("");
  const onClick = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text());
      setSaid("Copied");
    } catch {
      setSaid("Not copied");
    }
    setTimeout(() => setSaid(""), 1500);
  };
  return (
    <button type="button" onClick={() => void onClick()} aria-live="polite">
      {said === "" ? label : said}
    </button>
  );
}
