import clsx from 'clsx';
import { useState } from 'react';
import { plural } from '../format.ts';
import type { FormField } from './ui/field.tsx';

export interface BlueprintChoice {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly steps: readonly { readonly key: string; readonly after: readonly string[] }[];
  readonly hours: number;
  readonly parameters: readonly { key: string; default: string; options: readonly string[] | null; number: boolean }[];
}

/** The task graphs one can start from, each with what it will do. Parameters belong to the one chosen. */
export function BlueprintPicker({ field, choices }: { field: FormField; choices: readonly BlueprintChoice[] }) {
  const [chosen, setChosen] = useState(
    typeof field.initialValue === 'string' ? field.initialValue : (choices[0]?.key ?? ''),
  );
  return (
    <fieldset
      className="flex flex-col gap-2"
      onChange={(event) => {
        const { target } = event;
        if (target instanceof HTMLInputElement && target.name === field.name) setChosen(target.value);
      }}
    >
      <legend className="mb-1 font-semibold">Blueprint</legend>
      <div className="grid gap-px border border-line-3 bg-line-1 sm:grid-cols-2">
        {choices.map((choice) => (
          <div
            key={choice.key}
            className={clsx(
              'flex flex-col bg-surface-0 has-checked:bg-surface-2',
              chosen === choice.key && 'outline-2 -outline-offset-2 outline-inverse outline-solid',
            )}
          >
            <label className="flex min-h-11 flex-1 cursor-pointer items-start gap-3 px-3 py-2.5 hover:bg-surface-1">
              <input
                type="radio"
                name={field.name}
                value={choice.key}
                defaultChecked={choice.key === chosen}
                className="mt-1 size-5 shrink-0"
              />
              <span className="min-w-0">
                <span className="engraved block text-data">{choice.name}</span>
                <span className="block text-data text-ink-2">{choice.description}</span>
                <span className="mt-1 block break-words font-data text-micro text-ink-3">
                  {plural(choice.steps.length, 'task')} · about {choice.hours.toFixed(1)} h of work
                  {choice.steps.length > 1 && (
                    <span className="block">{choice.steps.map((step) => step.key).join(' › ')}</span>
                  )}
                </span>
              </span>
            </label>
            {choice.parameters.length > 0 && (
              <details className="border-t border-line-1" open={choice.parameters.length > 1 && chosen === choice.key}>
                <summary className="flex min-h-11 items-center px-3 text-data underline">
                  Parameters of {choice.name}
                </summary>
                <div className="flex flex-col gap-2 px-3 pb-3">
                  {choice.parameters.map((parameter) => (
                    <Parameter key={parameter.key} blueprint={choice.key} parameter={parameter} />
                  ))}
                </div>
              </details>
            )}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function Parameter({ blueprint, parameter }: { blueprint: string; parameter: BlueprintChoice['parameters'][number] }) {
  const name = `blueprintParameters.${blueprint}.${parameter.key}`;
  return (
    <div className="flex items-center justify-between gap-3">
      <label htmlFor={name} className="font-data text-data">
        {parameter.key}
      </label>
      {parameter.options === null ? (
        <input
          id={name}
          name={name}
          defaultValue={parameter.default}
          inputMode={parameter.number ? 'decimal' : 'text'}
          className="control max-w-48"
        />
      ) : (
        <select id={name} name={name} defaultValue={parameter.default} className="control max-w-48">
          {parameter.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
    </div>
  );
}
