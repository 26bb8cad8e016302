// What the keys find on a page: rows, the search field, the way to create, the commands. Only marks in the page count.

const targets = 'a[href], button:not(:disabled), summary, input:not([type=hidden]):not(:disabled)';

/** Whether single keys belong to what is focused: it takes text, or is a menu or dialog with keys of its own. */
export function takesKeys(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const field = target.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]');
  if (field instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(field.type);
  if (field !== null) return true;
  return target.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox], [role=textbox]') !== null;
}

function shown(element: Element): boolean {
  return !(element instanceof HTMLElement) || element.checkVisibility?.() !== false;
}

/** The row the focus is in. */
export function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
}

/**
 * The focus on the row after or before; without one on the first row, or the last when going up. The row's first link
 * takes it, so that Enter opens what is focused.
 */
export function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter(shown);
  const at = rows.indexOf(currentRow() as HTMLElement);
  const row = at < 0 ? rows.at(by === 1 ? 0 : -1) : rows[at + by];
  if (row === undefined) return;
  const target = row.matches(targets)
    ? row
    : (row.querySelector<HTMLElement>('a[href]') ?? row.querySelector<HTMLElement>(targets));
  target?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

/** Switches the checkbox of the row the focus is in. */
export function selectRow(): void {
  currentRow()?.querySelector<HTMLInputElement>('input[type=checkbox]:not(:disabled)')?.click();
}

/** Puts the focus into the page's own search field; false when it has none. */
export function focusSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLInputElement>('main input[type=search]')].find(shown);
  field?.focus();
  field?.select();
  return field !== undefined;
}

/** The page's own way to create something. */
export function creator(): HTMLElement | null {
  return document.querySelector<HTMLElement>('main [data-key="create"]');
}

export interface PageCommand {
  readonly words: string;
  /** What is said beside it: the consequence, or why it is refused. */
  readonly detail: string;
  readonly refused: boolean;
  readonly run: () => void;
}

/** What can be done where the focus is: the buttons of its row, else of the page's marked regions. */
export function commandsHere(): PageCommand[] {
  const row = currentRow();
  const regions = row === null ? [...document.querySelectorAll('main [data-commands]')] : [row];
  const all = regions.flatMap((region) => [
    ...region.querySelectorAll<HTMLElement>('a[href], button, summary, input[type=checkbox]'),
  ]);
  return all.filter(shown).map((element) => {
    const [first, ...rest] = wordsOf(element);
    return {
      words: first ?? 'Unnamed',
      detail: rest.join(' '),
      refused: element instanceof HTMLButtonElement && element.disabled,
      run: () => {
        element.focus();
        element.click();
      },
    };
  });
}

/** The name of a command, and what stands beside it: bars carry both in spans of their own. */
function wordsOf(element: HTMLElement): string[] {
  const label = element.getAttribute('aria-label');
  if (label !== null) return [label];
  if (element instanceof HTMLInputElement) return [element.labels?.[0]?.textContent?.trim() ?? 'Select'];
  return [...element.childNodes].map((node) => node.textContent?.replace(/\s+/g, ' ').trim() ?? '').filter(Boolean);
}
