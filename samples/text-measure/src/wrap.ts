import { characters, width } from './width.ts';
import { words } from './words.ts';

/** Breaks a text into lines of at most `columns` columns, between words; only a word that is too long is cut. */
export function wrap(text: string, columns: number): string[] {
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError('columns must be a whole number above 0');
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, columns));
}

function wrapParagraph(paragraph: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words(paragraph).flatMap((word) => pieces(word, columns))) {
    if (line === '') {
      line = word;
    } else if (width(line) + 1 + width(word) < columns) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, columns: number): string[] {
  if (width(word) <= columns) return [word];
  const parts: string[] = [];
  let part = '';
  for (const character of characters(word)) {
    if (part !== '' && width(part) + width(character) > columns) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}
