import type { Unread } from "./read.ts";

/** The most characters of a path, and of one name in it. */
const PATH = 300;
const NAME = 120;

/**
 * Why a path is none of a document: it is names with slashes between them. It names a row and never a file of this machine; all the same it
 * leads nowhere else, and reads as what it is.
 */
export function pathProblem(path: string): Unread | undefined {
  if (path.length > PATH)
    return { problem: `Its path has more than ${PATH} characters.`, next: "Shorten it." };
  for (const name of path.split("/")) {
    if (name === "" || name.startsWith(".") || name.trim() !== name)
      return {
        problem: "A name in its path is empty, begins with a dot, or has spaces around it.",
        next: "Rename it.",
      };
    if (name.length > NAME)
      return { problem: `A name in its path has more than ${NAME} characters.`, next: "Shorten it." };
    if (/[\\#\p{Cc}\p{Cf}]/u.test(name))
      return { problem: "A name in its path has \\, # or a character that nobody sees.", next: "Rename it." };
  }
  return undefined;
}
