import { signal } from "@preact/signals";

/** How often somebody wanted everything to be read anew. */
export const generation = signal(0);

/** Reads everything anew. */
export function readAgain(): void {
  generation.value++;
}
