import { useEffect } from 'react';
import { useLocation, useNavigation } from 'react-router';
import { formKey, formsOf, type KeptForm, refill, worthKeeping } from '../kept-forms.ts';

const storageKey = 'kept-forms';
const signInKey = 'kept-forms.signed-in';

interface Kept {
  readonly path: string;
  readonly forms: Readonly<Record<string, KeptForm>>;
}

/**
 * What stands in the forms of the page somebody has to leave for the sign-in is there again when they come back: whether
 * the login ended while they typed, or was found to have ended when they sent it. Passwords are never kept.
 */
export function useKeptForms(): void {
  const { pathname } = useLocation();
  const idle = useNavigation().state === 'idle';

  useEffect(() => {
    const kept = read();
    if (kept?.path === pathname && sessionStorage.getItem(signInKey) !== null) {
      for (const form of formsOf(document)) {
        const values = kept.forms[formKey(form)];
        if (values !== undefined) refill(form, values);
      }
    }
    sessionStorage.removeItem(signInKey);
    const keep = () => keepForms(pathname);
    document.addEventListener('input', keep);
    return () => document.removeEventListener('input', keep);
  }, [pathname]);

  // What was sent and taken is as the page shows it by now, and no longer worth keeping.
  useEffect(() => {
    if (idle) keepForms(pathname);
  }, [idle, pathname]);
}

/** On the page of the sign-in: only who comes from there finds a form as they left it. */
export function useSignInMark(): void {
  useEffect(() => sessionStorage.setItem(signInKey, ''), []);
}

function keepForms(path: string): void {
  const forms = Object.fromEntries(
    formsOf(document)
      .filter(worthKeeping)
      .map((form) => [formKey(form), [...new FormData(form)].map(([name, value]) => [name, String(value)])]),
  );
  sessionStorage.setItem(storageKey, JSON.stringify({ path, forms }));
}

function read(): Kept | null {
  const text = sessionStorage.getItem(storageKey);
  return text === null ? null : (JSON.parse(text) as Kept);
}
