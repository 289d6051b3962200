const STOP = new Set(
  "a about all also an and any are as at be been but by can could did do does for from get give got had has have how i if in into is it its may me mean means my no not of on one or other our shall should so some something somebody such than that the their them then there these they thing this those to use used using was we were what when where which who whom whose why will with work works would you your".split(
    " ",
  ),
);

/** The words of a text that carry meaning, cut to their first letters, so that "charge" meets "charging". */
export function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !STOP.has(word)).map((word) => word.slice(0, 5)));
}

/**
 * How much of a question each of some texts shares, from 0 to 1. A word counts the more, the fewer of the texts have it; one that
 * none has counts most, so that a question about something else scores low.
 */
export function sharedWords(question: string, texts: readonly string[]): number[] {
  const found = texts.map(wordsOf);
  const weights = [...wordsOf(question)].map((word) => {
    const count = found.filter((words) => words.has(word)).length;
    return { word, weight: Math.log(1 + texts.length / (count + 1)) };
  });
  const all = weights.reduce((sum, { weight }) => sum + weight, 0);
  return found.map((words) => {
    const shared = weights.filter(({ word }) => words.has(word)).reduce((sum, { weight }) => sum + weight, 0);
    return all === 0 ? 0 : shared / all;
  });
}
