import clsx from 'clsx';
import { type ReactNode, useState } from 'react';
import { plural } from '../format.ts';
import { FieldErrors, type FormField } from './ui/field.tsx';

export interface BlueprintChoice {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** The team's, not the program's. */
  readonly own: boolean;
  readonly tasks: number;
  readonly hours: number;
  /** Why it cannot be used; null when it can. */
  readonly fault: string | null;
  readonly parameters: readonly {
    key: string;
    default: string;
    options: readonly string[] | null;
    number: boolean;
  }[];
}

/** The id of a choice's button, so that a label anywhere in the page can choose it, without scripts too. */
export function choiceId(key: string): string {
  return `blueprint-choice-${key === '' ? 'none' : key}`;
}

// The first two are no blueprints: nothing named, and the key that asks for the planner whatever the words say.
const planners = [
  {
    key: '',
    name: 'Let the goal decide',
    description: 'A word of title or goal picks a blueprint; where none does, the planner agent writes the plan.',
  },
  {
    key: 'planner',
    name: 'Always the planner',
    description: 'The planner agent reads the repository and writes the plan, whatever the words say.',
  },
] as const;

/** Who plans: the planner, or one of the catalogue's plans. Parameters belong to the one chosen. */
export function BlueprintPicker({
  field,
  choices,
  kept,
}: {
  field: FormField;
  choices: readonly BlueprintChoice[];
  /** Parameters that were typed before, by blueprint and key. */
  kept?: unknown;
}) {
  const [chosen, setChosen] = useState(typeof field.initialValue === 'string' ? field.initialValue : '');
  const common = { name: field.name, chosen };
  return (
    <fieldset
      id={field.id}
      className="flex flex-col gap-2"
      onChange={(event) => {
        const { target } = event;
        if (target instanceof HTMLInputElement && target.name === field.name) setChosen(target.value);
      }}
    >
      <legend className="mb-1 font-semibold">Plan</legend>
      <FieldErrors field={field} />
      <div className="grid gap-px border border-line-3 bg-line-1 sm:grid-cols-2">
        {planners.map((planner) => (
          <Choice key={planner.key} {...common} of={planner} fault={null} />
        ))}
        {choices.map((choice) => (
          <Choice
            key={choice.key}
            {...common}
            of={choice}
            fault={choice.fault}
            facts={`${plural(choice.tasks, 'task')} · about ${choice.hours.toFixed(1)} h of work${choice.own ? " · the team's" : ''}`}
          >
            {choice.parameters.length > 0 && (
              <details className="border-t border-line-1" open={choice.parameters.length > 1 && chosen === choice.key}>
                <summary className="flex min-h-11 items-center px-3 text-data underline">
                  Parameters of {choice.name}
                </summary>
                <div className="flex flex-col gap-2 px-3 pb-3">
                  {choice.parameters.map((parameter) => (
                    <Parameter
                      key={parameter.key}
                      blueprint={choice.key}
                      parameter={parameter}
                      kept={textAt(kept, choice.key, parameter.key)}
                    />
                  ))}
                </div>
              </details>
            )}
          </Choice>
        ))}
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  name: string;
  chosen: string;
  of: { readonly key: string; readonly name: string; readonly description: string };
  fault: string | null;
  facts?: string;
  children?: ReactNode;
}

function Choice({ name, chosen, of, fault, facts, children }: ChoiceProps) {
  return (
    <div
      className={clsx(
        'flex flex-col bg-surface-0 has-[input:checked]:bg-surface-2',
        chosen === of.key && 'outline-2 -outline-offset-2 outline-inverse outline-solid',
      )}
    >
      <label className="flex min-h-11 flex-1 cursor-pointer items-start gap-3 px-3 py-2.5 hover:bg-surface-1">
        <input
          id={choiceId(of.key)}
          type="radio"
          name={name}
          value={of.key}
          defaultChecked={of.key === chosen}
          disabled={fault !== null}
          className="mt-1 size-5 shrink-0"
        />
        <span className="min-w-0">
          <span className="engraved block text-data">{of.name}</span>
          <span className="block text-data text-ink-2">{of.description}</span>
          {facts !== undefined && <span className="mt-1 block font-data text-micro text-ink-3">{facts}</span>}
          {fault !== null && <span className="block break-words text-data text-caution">{fault}</span>}
        </span>
      </label>
      {children}
    </div>
  );
}

interface ParameterProps {
  blueprint: string;
  parameter: BlueprintChoice['parameters'][number];
  kept: string | undefined;
}

function Parameter({ blueprint, parameter, kept }: ParameterProps) {
  const name = `blueprintParameters.${blueprint}.${parameter.key}`;
  const value = kept ?? parameter.default;
  return (
    <div className="flex items-center justify-between gap-3">
      <label htmlFor={name} className="font-data text-data">
        {parameter.key}
      </label>
      {parameter.options === null ? (
        <input
          id={name}
          name={name}
          defaultValue={value}
          inputMode={parameter.number ? 'decimal' : 'text'}
          className="control max-w-48"
        />
      ) : (
        <select id={name} name={name} defaultValue={value} className="control max-w-48">
          {parameter.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
    </div>
  );
}

function textAt(kept: unknown, ...path: readonly string[]): string | undefined {
  let at = kept;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return typeof at === 'string' ? at : undefined;
}
