import type { WeightyAction } from '../server/domain/weighty.ts';
import { localPath } from './local-path.ts';

/** A file that takes data of people or sessions out of the room. */
export interface Takeable {
  readonly path: string;
  readonly action: Extract<WeightyAction, 'data.export' | 'audit.export'>;
  /** Stands in "Take … along". */
  readonly what: string;
  /** The page it belongs to. */
  readonly page: string;
}

const takeable: readonly (readonly [RegExp, (slug: string) => Omit<Takeable, 'path'>])[] = [
  [
    /^\/sessions\/([\w-]{1,64})\/report$/,
    (slug) => ({ action: 'data.export', what: `the report of ${slug}`, page: `/sessions/${slug}/changes` }),
  ],
  [
    /^\/sessions\/([\w-]{1,64})\/export$/,
    (slug) => ({ action: 'data.export', what: `all of ${slug}`, page: `/sessions/${slug}` }),
  ],
  [/^\/account\/data()$/, () => ({ action: 'data.export', what: 'what is kept of you', page: '/account' })],
  [
    /^\/admin\/personal-data\/[\w-]{1,64}()$/,
    () => ({ action: 'data.export', what: 'what is kept of a person', page: '/admin/personal-data' }),
  ],
  [
    /^\/datasets\/([\w-]{1,64})\/file$/,
    (id) => ({ action: 'data.export', what: 'a file of this dataset', page: `/datasets/${id}` }),
  ],
  [/^\/telemetry\/export()$/, () => ({ action: 'data.export', what: 'these events', page: '/telemetry' })],
  [/^\/admin\/audit\/export()$/, () => ({ action: 'audit.export', what: 'the whole audit', page: '/admin/audit' })],
];

/** What stands behind a path of this site; null where it is no such file. */
export function takeableAt(raw: string | null): Takeable | null {
  const path = localPath(raw);
  const [pathname = ''] = path.split('?');
  for (const [pattern, of] of takeable) {
    const found = pattern.exec(pathname);
    if (found !== null) return { path, ...of(found[1] ?? '') };
  }
  return null;
}

/** Where the password is asked for, and then the file is given. */
export const takePath = (path: string): string => `/take?file=${encodeURIComponent(path)}`;
