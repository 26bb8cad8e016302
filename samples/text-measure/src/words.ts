const WORDS_PER_MINUTE = 220;

/** The words of a text, without the blanks between them. */
export function words(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

/** How many words a text has. */
export function countWords(text: string): number {
  return words(text).length;
}

export interface ReadingTime {
  words: number;
  seconds: number;
}

/** The time a practised reader needs, in whole seconds, rounded up. */
export function readingTime(text: string, wordsPerMinute = WORDS_PER_MINUTE): ReadingTime {
  if (!(wordsPerMinute > 0)) throw new RangeError('wordsPerMinute must be above 0');
  const count = countWords(text);
  return { words: count, seconds: Math.ceil((count / wordsPerMinute) * 60) };
}
