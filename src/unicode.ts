// Half surrogate pairs cannot be stored as UTF-8. Node 20 has the two methods; the declarations of ES2023 do not.

interface Es2024String {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** Whether the text has no half surrogate pair. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as Es2024String).isWellFormed();
}

/** The text with every half surrogate pair replaced. */
export function toWellFormed(text: string): string {
  return (text as unknown as Es2024String).toWellFormed();
}
