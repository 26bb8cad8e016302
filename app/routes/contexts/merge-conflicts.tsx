import type { MergeConflict } from '../../../server/application/contexts.ts';
import { valueText } from './context-words.ts';
import { pickName } from './merge-form.ts';

interface MergeConflictsProps {
  conflicts: readonly MergeConflict[];
  /** By context id. */
  names: ReadonlyMap<string, string>;
  chosen: (path: string) => string | null;
}

/** Each difference with the values that stand against each other; one of them is chosen. */
export function MergeConflicts({ conflicts, names, chosen }: MergeConflictsProps) {
  return conflicts.map((conflict) => (
    <fieldset key={conflict.path} className="border-b border-line-1 p-3 lg:p-4">
      <legend className="float-left mb-2 w-full break-all font-data text-data font-bold">{conflict.path}</legend>
      <div className="grid w-full gap-2 sm:grid-cols-2">
        {Object.entries(conflict.values).map(([id, value]) => (
          <label
            key={id}
            className="flex min-h-11 min-w-0 cursor-pointer items-start gap-3 border border-line-3 px-3 py-2 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-2"
          >
            <input
              type="radio"
              name={pickName(conflict.path)}
              value={id}
              required
              defaultChecked={(chosen(conflict.path) ?? conflict.chosen) === id}
              className="mt-0.5 size-5 shrink-0"
            />
            <span className="min-w-0">
              <span className="block whitespace-pre-wrap break-all font-data text-data">
                {value === '' ? <i>an empty text</i> : valueText(value)}
              </span>
              <span className="text-data text-ink-2">{names.get(id) ?? id}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  ));
}
