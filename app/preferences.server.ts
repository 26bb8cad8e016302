import { createCookie } from 'react-router';
import { type Preferences, preferencesFrom } from './preferences.ts';

// Readable before the first paint, so that no page flashes.
const year = { path: '/', sameSite: 'lax', maxAge: 31_536_000 } as const;
const cookies = {
  theme: createCookie('theme', year),
  density: createCookie('density', year),
  keys: createCookie('keys', year),
} satisfies Record<keyof Preferences, unknown>;
const names = ['theme', 'density', 'keys'] as const satisfies readonly (keyof Preferences)[];

/** What this device was told, or the defaults. */
export async function preferencesOf(request: Request): Promise<Preferences> {
  const header = request.headers.get('cookie');
  const [theme, density, keys] = await Promise.all(names.map((name) => cookies[name].parse(header)));
  return preferencesFrom({ theme, density, keys });
}

/** `Set-Cookie` for every preference the form names; what it does not name stays. */
export async function preferenceHeaders(form: FormData): Promise<Headers> {
  const chosen = preferencesFrom(Object.fromEntries(names.map((name) => [name, form.get(name)])));
  const headers = new Headers();
  for (const name of names)
    if (form.has(name)) headers.append('Set-Cookie', await cookies[name].serialize(chosen[name]));
  return headers;
}
