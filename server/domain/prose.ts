/** A text without its fenced blocks (CommonMark; an unclosed one runs to the end): what a person said in their own words. */
export function withoutFences(text: string): string {
  const kept: string[] = [];
  let fence = '';
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [, mark = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence !== '') {
      if (mark[0] === fence[0] && mark.length >= fence.length && info.trim() === '') fence = '';
    } else if (mark === '' || (mark.startsWith('`') && info.includes('`'))) kept.push(line);
    else fence = mark;
  }
  return kept.join('\n');
}
