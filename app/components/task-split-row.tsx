import type { ButtonHTMLAttributes } from 'react';
import { whole } from './task-form.ts';
import { Button } from './ui/button.tsx';
import { type FormField, TextField } from './ui/field.tsx';

const rowFields = ['key', 'title', 'likely', 'capabilities', 'dependsOn', 'writes'] as const;
type RowField = (typeof rowFields)[number];

/** What the fields of a row are called. */
export const splitLabels: Record<RowField | 'estimate.likely', string> = {
  key: 'Key',
  title: 'Title',
  likely: 'Likely hours',
  capabilities: 'Needs',
  dependsOn: 'Waits for',
  writes: 'Paths it writes',
  'estimate.likely': 'Likely hours',
};

export interface SplitFormValues {
  tasks: Partial<Record<RowField, string>>[];
}

interface SplitRowProps {
  number: number;
  fields: Readonly<Record<RowField, FormField>>;
  /** Takes the row away; null for the last one. */
  remove: Pick<ButtonHTMLAttributes<HTMLButtonElement>, 'name' | 'value' | 'form' | 'formNoValidate'> | null;
}

/** One of the smaller tasks. */
export function SplitRow({ number, fields, remove }: SplitRowProps) {
  return (
    <fieldset className="grid gap-3 border-2 border-line-2 p-3 sm:grid-cols-2">
      <legend className="engraved px-1 text-data">Task {number}</legend>
      <TextField field={fields.key} label={splitLabels.key} hint="A short name." maxLength={64} spellCheck={false} />
      <TextField
        field={fields.likely}
        label={splitLabels.likely}
        hint="Empty: from its words."
        type="number"
        min={0}
        step="any"
      />
      <div className="sm:col-span-2">
        <TextField
          field={fields.title}
          label={splitLabels.title}
          hint="Begins with what is done: implement, test …"
          maxLength={200}
        />
      </div>
      <TextField
        field={whole(fields.capabilities)}
        label={splitLabels.capabilities}
        hint="Such as code_generation, with commas. Empty: from its words."
        spellCheck={false}
      />
      <TextField
        field={whole(fields.dependsOn)}
        label={splitLabels.dependsOn}
        hint="Keys of tasks here, with commas."
        spellCheck={false}
      />
      <div className="sm:col-span-2">
        <TextField
          field={whole(fields.writes)}
          label={splitLabels.writes}
          hint="Patterns with commas, such as src/api/**."
          spellCheck={false}
        />
      </div>
      {remove !== null && (
        <Button type="submit" {...remove} className="sm:col-span-2">
          Leave task {number} out
        </Button>
      )}
    </fieldset>
  );
}
