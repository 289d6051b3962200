import { useEffect, useState } from "preact/hooks";

/** Copies a text, and says that it did. */
export function CopyButton({ text, children }: { text: () => string; children: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => setSaid("Copied"),
      () => setSaid("Not allowed"),
    );
  };
  return (
    <button type="button" class="quiet" onClick={copy}>
      {said || children}
    </button>
  );
}
