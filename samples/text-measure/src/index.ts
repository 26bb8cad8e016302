export { table } from './table.ts';
export { truncate } from './truncate.ts';
export { width } from './width.ts';
export { countWords, readingTime, words } from './words.ts';
export { wrap } from './wrap.ts';
