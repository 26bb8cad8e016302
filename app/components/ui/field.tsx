import clsx from 'clsx';
import { type ReactNode, useState } from 'react';
import { Glyph } from '../glyph.tsx';

/** What a control needs of conform's metadata; structural, because that type is invariant in the form's schema. */
export interface FormField {
  readonly id: string;
  readonly name: string;
  readonly formId: string;
  readonly key?: string | undefined;
  readonly errorId: string;
  readonly errors?: string[] | undefined;
  readonly initialValue?: unknown;
}

interface FieldProps {
  field: FormField;
  label: string;
  hint?: ReactNode;
  required?: boolean;
}

/** The attributes every kind of control shares. */
function attributes(field: FormField, hint: unknown, required: boolean | undefined) {
  return {
    id: field.id,
    name: field.name,
    form: field.formId,
    required,
    'aria-invalid': field.errors === undefined ? undefined : true,
    'aria-describedby': describedBy(field, hint),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The ids a control is described by: its errors first, then its hint. */
function describedBy(field: FormField, hint: unknown): string | undefined {
  const ids = [field.errors ? field.errorId : null, hint === undefined ? null : `${field.id}-hint`].filter(
    (id) => id !== null,
  );
  return ids.length === 0 ? undefined : ids.join(' ');
}

function Frame({
  field,
  label,
  hint,
  required,
  aside,
  children,
}: FieldProps & { aside?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={field.id} className="text-body font-semibold">
          {label}
          {required === true && <span className="font-normal text-ink-3"> (required)</span>}
        </label>
        {aside}
      </div>
      {hint !== undefined && (
        <p id={`${field.id}-hint`} className="text-data text-ink-2">
          {hint}
        </p>
      )}
      {children}
      <FieldErrors field={field} />
    </div>
  );
}

/** The errors of a field, in words and with a shape, never by colour alone. */
export function FieldErrors({ field }: { field: Pick<FormField, 'errors' | 'errorId'> }) {
  if (field.errors === undefined) return null;
  return (
    <p id={field.errorId} className="flex items-start gap-2 text-data font-semibold text-broken">
      <span className="pt-1">
        <Glyph name="cross" size={12} />
      </span>
      {field.errors.join(' ')}
    </p>
  );
}

type InputProps = FieldProps & {
  type?: 'text' | 'email' | 'password' | 'number' | 'search' | 'date';
} & Omit<React.InputHTMLAttributes<HTMLInputElement>, 'type' | 'form'>;

/** One line of text or a number. */
export function TextField({ field, label, hint, required, type = 'text', className, ...rest }: InputProps) {
  return (
    <Frame field={field} label={label} hint={hint} {...(required === undefined ? {} : { required })}>
      <input
        key={field.key}
        {...attributes(field, hint, required)}
        type={type}
        defaultValue={textOf(field.initialValue)}
        className={clsx('control', className)}
        {...rest}
      />
    </Frame>
  );
}

type TextAreaProps = FieldProps & { counter?: number } & Omit<
    React.TextareaHTMLAttributes<HTMLTextAreaElement>,
    'form'
  >;

/** Several lines; with `counter` it says how many characters of how many are used. */
export function TextAreaField({ field, label, hint, required, counter, className, onChange, ...rest }: TextAreaProps) {
  const [length, setLength] = useState(typeof field.initialValue === 'string' ? field.initialValue.length : 0);
  const over = counter !== undefined && length > counter;
  const figure =
    counter === undefined ? undefined : (
      <span className={clsx('font-data text-micro', over ? 'font-bold text-broken' : 'text-ink-3')}>
        {length.toLocaleString('en-US')} / {counter.toLocaleString('en-US')}
      </span>
    );
  return (
    <Frame field={field} label={label} hint={hint} {...(required === undefined ? {} : { required })} aside={figure}>
      <textarea
        key={field.key}
        {...attributes(field, hint, required)}
        defaultValue={textOf(field.initialValue)}
        className={clsx('control resize-y', className)}
        onChange={(event) => {
          setLength(event.target.value.trim().length);
          onChange?.(event);
        }}
        {...rest}
      />
    </Frame>
  );
}

type SelectProps = FieldProps & { options: readonly { value: string; words: string }[]; placeholder?: string } & Omit<
    React.SelectHTMLAttributes<HTMLSelectElement>,
    'form'
  >;

/** The browser's own select: it works everywhere, by touch and without scripts. */
export function SelectField({ field, label, hint, required, options, placeholder, className, ...rest }: SelectProps) {
  return (
    <Frame field={field} label={label} hint={hint} {...(required === undefined ? {} : { required })}>
      <select
        key={field.key}
        {...attributes(field, hint, required)}
        defaultValue={textOf(field.initialValue)}
        className={clsx('control', className)}
        {...rest}
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.words}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** One yes or no, with its meaning beside it; the whole row is the target. */
export function CheckField({ field, label, hint }: FieldProps) {
  return (
    <label className="flex min-h-11 cursor-pointer items-start gap-3 border border-line-3 px-3 py-2.5 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-2">
      <input
        key={field.key}
        {...attributes(field, undefined, undefined)}
        type="checkbox"
        defaultChecked={field.initialValue === 'on'}
        className="mt-0.5 size-5 shrink-0"
      />
      <span>
        <span className="font-semibold">{label}</span>
        {hint !== undefined && <span className="block text-data text-ink-2">{hint}</span>}
      </span>
    </label>
  );
}

interface FormErrors {
  readonly id: string;
  readonly errorId: string;
  readonly allErrors: Readonly<Record<string, string[] | undefined>>;
}

/** Every error of a form in one place, each leading to its field; focused by the browser through its role. */
export function ErrorSummary({ form, labels }: { form: FormErrors; labels: Record<string, string> }) {
  const all = Object.entries(form.allErrors).flatMap(([name, errors]) =>
    (errors ?? []).map((message) => ({ name, message })),
  );
  if (all.length === 0) return null;
  return (
    <div role="alert" id={form.errorId} className="border-2 border-broken bg-surface-0 px-4 py-3">
      <p className="engraved text-data text-broken">
        Not sent: {all.length === 1 ? 'one thing' : `${all.length} things`} to correct
      </p>
      <ul className="mt-1 list-none">
        {all.map(({ name, message }) => (
          <li key={`${name} ${message}`}>
            {name === '' ? (
              message
            ) : (
              // A mistake inside a list is shown where the list is.
              <a href={`#${form.id}-${labels[name] === undefined ? outer(name) : name}`} className="underline">
                {labels[name] ?? labels[outer(name)] ?? name}: {message}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `tags[3]` → `tags`. */
function outer(name: string): string {
  return name.replace(/\[.*/, '');
}
