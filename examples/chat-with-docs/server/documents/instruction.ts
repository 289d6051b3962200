// Sentences of a document that speak to a machine and not to a reader. They are never an answer, and are shown as what they are.

const PATTERNS: readonly RegExp[] = [
  /\b(ignore|disregard|forget|override)\b.{0,30}\b(previous|prior|above|earlier|your|all|any|these|system)\b.{0,20}\b(instructions?|rules|prompts?|directions?|guidelines)\b/is,
  /\b(ignore|disregard|forget) (your|all|the|any) (instructions?|rules|prompts?)\b/i,
  /\b(reveal|print|repeat|show|output) (me )?(your|the) (system )?(prompt|instructions)\b/i,
  /\byou are (now|no longer) (an?|bound|in|the|unrestricted|free)\b/i,
  /\b(answer|reply to|respond to) (every|all|any) questions? (about .{1,40} )?(with|by)\b/i,
  /(^|\n)\s*(system|assistant|developer)\s*:/i,
  /\bdo not (tell|inform|warn|mention .{1,30} to) (the )?(user|customer|reader|human)s?\b/i,
  /<\/?(system|passages|instructions?)>|\[\/?INST\]|<\|[a-z_]+\|>/i,
];

/** Whether a text is an instruction to whatever machine reads it. A guess: it says what to show, and nothing is kept out by it. */
export function isInstruction(text: string): boolean {
  return PATTERNS.some((one) => one.test(text));
}
