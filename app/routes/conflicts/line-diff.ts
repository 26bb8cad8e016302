import type { ChangedFile } from '../../live-attempt.ts';

/** Past this many differing lines the middle is shown as gone and come: a search would cost more than it shows. */
const mostEdits = 400;
const around = 3;

type Edit = { readonly kind: ' ' | '-' | '+'; readonly line: string };

/** Two texts of one file as the change the diff viewer draws; null is a side on which the file is not there. */
export function changeBetween(path: string, before: string | null, after: string | null): ChangedFile {
  const edits = editsBetween(linesOf(before), linesOf(after));
  const additions = edits.filter((edit) => edit.kind === '+').length;
  const deletions = edits.filter((edit) => edit.kind === '-').length;
  const status = before === null ? 'added' : after === null ? 'deleted' : 'modified';
  const mode = { added: 'new file mode 100644\n', deleted: 'deleted file mode 100644\n', modified: '' }[status];
  const names = `--- ${before === null ? '/dev/null' : 'a/file'}\n+++ ${after === null ? '/dev/null' : 'b/file'}\n`;
  const patch = `diff --git a/file b/file\n${mode}index 0000000..1111111\n${names}${hunksOf(edits)}`;
  const unchanged = additions === 0 && deletions === 0;
  return {
    path,
    oldPath: null,
    status,
    additions,
    deletions,
    binary: false,
    truncated: false,
    patch: unchanged ? null : patch,
  };
}

function linesOf(text: string | null): string[] {
  if (text === null || text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

/** What stays, goes and comes, in order. */
export function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => ({ kind: ' ', line }));
  const middle = shortest(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [...same(before.slice(0, start)), ...middle, ...same(before.slice(before.length - end))];
}

/** Myers' greedy search for the shortest script of edits. */
function shortest(before: readonly string[], after: readonly string[]): Edit[] {
  const most = Math.min(before.length + after.length, mostEdits);
  const reach = new Map([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      let x = stepsDown(reach, k, d) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      reach.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, trace);
    }
  }
  return [...before.map((line): Edit => ({ kind: '-', line })), ...after.map((line): Edit => ({ kind: '+', line }))];
}

function stepsDown(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
}

function walkBack(before: readonly string[], after: readonly string[], trace: readonly Map<number, number>[]): Edit[] {
  const edits: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] ?? new Map();
    const k = x - y;
    const from = stepsDown(reach, k, d) ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (reach.get(from) ?? 0);
    const fromY = d === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      edits.push({ kind: ' ', line: before[x] ?? '' });
    }
    if (d === 0) break;
    if (x === fromX) edits.push({ kind: '+', line: after[fromY] ?? '' });
    else edits.push({ kind: '-', line: before[fromX] ?? '' });
    x = fromX;
    y = fromY;
  }
  return edits.reverse();
}

/** Hunks with three lines of surroundings. */
function hunksOf(edits: readonly Edit[]): string {
  const shown = edits.map(() => false);
  for (const [index, edit] of edits.entries()) {
    if (edit.kind === ' ') continue;
    for (let at = Math.max(0, index - around); at <= Math.min(edits.length - 1, index + around); at++) shown[at] = true;
  }
  let text = '';
  let oldLine = 1;
  let newLine = 1;
  for (let index = 0; index < edits.length; ) {
    const from = index;
    while (index < edits.length && shown[index] === shown[from]) index += 1;
    const part = edits.slice(from, index);
    const olds = part.filter((edit) => edit.kind !== '+').length;
    const news = part.filter((edit) => edit.kind !== '-').length;
    if (shown[from] === true) {
      const at = (line: number, amount: number) => `${amount === 0 ? line - 1 : line},${amount}`;
      text += `@@ -${at(oldLine, olds)} +${at(newLine, news)} @@\n`;
      text += part.map((edit) => `${edit.kind}${edit.line}\n`).join('');
    }
    oldLine += olds;
    newLine += news;
  }
  return text;
}
