import type { MergeConflict } from '../../../server/application/contexts.ts';

const pick = 'pick:';

/** The name of the field in which a difference is decided. */
export function pickName(path: string): string {
  return pick + path;
}

/** The form as the service takes it; the service judges it. */
export function mergeBody(form: FormData): unknown {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const targetId = text('targetId');
  const strategy = text('strategy');
  const name = text('name');
  const picks = [...form].flatMap(([field, value]): [string, string][] =>
    field.startsWith(pick) && value !== '' ? [[field.slice(pick.length), String(value)]] : [],
  );
  return {
    targetId,
    sourceIds: [...new Set(form.getAll('id').map(String))].filter((id) => id !== targetId),
    strategy,
    ...(name === '' ? {} : { name }),
    ...(strategy === 'manual' && picks.length > 0 ? { resolutions: Object.fromEntries(picks) } : {}),
  };
}

/** The differences a refused merge names; none when it was refused for another reason. */
export function conflictsIn(details: unknown): MergeConflict[] {
  if (typeof details !== 'object' || details === null || !('conflicts' in details)) return [];
  const { conflicts } = details;
  return Array.isArray(conflicts) ? conflicts.filter(isConflict) : [];
}

function isConflict(value: unknown): value is MergeConflict {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    typeof value.path === 'string' &&
    'values' in value &&
    typeof value.values === 'object' &&
    value.values !== null
  );
}
