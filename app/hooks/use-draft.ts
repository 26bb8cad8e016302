import { type RefObject, useEffect } from 'react';
import { useNavigation } from 'react-router';

/**
 * Keeps what was typed in a form through a reload, a crash of the tab or a new sign-in; forgets it when the form's own
 * post leads to another page of the same area (`done` says so). Passwords have no place in such a form.
 */
export function useDraft(form: RefObject<HTMLFormElement | null>, key: string, done: (path: string) => boolean): void {
  const navigation = useNavigation();
  const storageKey = `draft.${key}`;

  useEffect(() => {
    const element = form.current;
    if (element === null) return;
    restore(element, sessionStorage.getItem(storageKey));
    const keep = () => sessionStorage.setItem(storageKey, JSON.stringify([...new FormData(element)]));
    element.addEventListener('input', keep);
    return () => element.removeEventListener('input', keep);
  }, [form, storageKey]);

  const leaving =
    navigation.state === 'loading' && navigation.formMethod === 'POST' && done(navigation.location.pathname);
  useEffect(() => {
    if (leaving) sessionStorage.removeItem(storageKey);
  }, [leaving, storageKey]);
}

/** Puts the kept texts back; a choice that no longer exists is left as the page shows it. */
function restore(form: HTMLFormElement, stored: string | null): void {
  if (stored === null) return;
  const entries: unknown = JSON.parse(stored);
  if (!Array.isArray(entries)) return;
  const kept = new Map<string, string[]>();
  for (const [name, value] of entries) kept.set(name, [...(kept.get(name) ?? []), String(value)]);
  for (const control of form.elements) {
    const values = 'name' in control && typeof control.name === 'string' ? kept.get(control.name) : undefined;
    if (control instanceof HTMLInputElement && (control.type === 'checkbox' || control.type === 'radio')) {
      // An unchecked box is not in the form's data, so its absence is a value too.
      control.checked = values?.includes(control.value) ?? false;
    } else if (control instanceof HTMLSelectElement) {
      const value = values?.[0];
      if ([...control.options].some((option) => option.value === value)) control.value = value ?? '';
    } else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) {
      if (values === undefined || control.type === 'hidden') continue;
      // React sees a text area's new text, and counts it, only when it was not set by `value`.
      if (control instanceof HTMLTextAreaElement) control.setRangeText(values[0] ?? '', 0, control.value.length, 'end');
      else control.value = values[0] ?? '';
      control.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }
}
