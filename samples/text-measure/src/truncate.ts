import { characters, width } from './width.ts';

/** Shortens a text to at most `columns` columns; what is left out is shown by `mark`. */
export function truncate(text: string, columns: number, mark = '…'): string {
  if (!Number.isInteger(columns) || columns < width(mark)) {
    throw new RangeError('columns must be a whole number with room for the mark');
  }
  if (width(text) <= columns) return text;
  let kept = '';
  for (const character of characters(text)) {
    if (width(kept) + width(character) + width(mark) > columns) break;
    kept += character;
  }
  return kept.trimEnd() + mark;
}
