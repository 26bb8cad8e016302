import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { useEffect, useRef, useState } from 'react';
import { Form, useNavigation } from 'react-router';
import {
  type AgentType,
  agentTypes,
  capabilities,
  mayHoldPrimary,
  permissionPresets,
  preferredComplexities,
} from '../../server/domain/agent.ts';
import { sessionTypes } from '../../server/domain/session.ts';
import { type AgentForm, agentLabels, presetWords } from '../agent-form.ts';
import { useDraft } from '../hooks/use-draft.ts';
import { Panel } from './page.tsx';
import { Bar } from './ui/button.tsx';
import { ErrorSummary, FieldErrors, type FormField, SelectField, TextAreaField, TextField } from './ui/field.tsx';

interface AgentFieldsProps {
  lastResult: SubmissionResult | null;
  defaultValue: AgentForm;
  refusal: string | null;
  /** Where it may run; the first is taken when nothing is said. */
  runtimes: readonly { id: string; name: string }[];
  save: { label: string; consequence: string; pending: string };
  /** Of an agent that is there: its version, and its type, which stays what it is. */
  version?: number;
  fixedType?: AgentType;
  /** Where what was typed is kept until it is sent. */
  draft: string;
}

const words = (values: readonly string[]) => values.map((value) => ({ value, words: value.replaceAll('_', ' ') }));
const presets = permissionPresets.map((value) => ({
  value,
  words: `${value.replaceAll('_', ' ')}: ${presetWords[value]}`,
}));

/** Everything that can be said of an agent; for a new one and for one that is there. */
export function AgentFields({
  lastResult,
  defaultValue,
  refusal,
  runtimes,
  save,
  version,
  fixedType,
  draft,
}: AgentFieldsProps) {
  const [form, fields] = useForm<AgentForm>({ id: 'agent', lastResult, shouldValidate: 'onSubmit', defaultValue });
  const element = useRef<HTMLFormElement>(null);
  useDraft(element, draft, (path) => /^\/agents\/AGENT-/.test(path));
  const [type, setType] = useState(fixedType ?? typeIn(fields.type.initialValue));
  // A draft that was put back, or a choice made before the scripts came.
  useEffect(() => {
    const chosen = element.current?.elements.namedItem('type');
    if (chosen instanceof HTMLSelectElement) setType(typeIn(chosen.value));
  }, []);
  const pending = useNavigation().state === 'submitting' ? save.pending : null;

  return (
    <Form
      method="post"
      {...getFormProps(form)}
      ref={element}
      className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch"
    >
      <div className="flex flex-col gap-5 bg-surface-0 p-3 lg:p-6">
        <ErrorSummary form={form} labels={agentLabels} />
        {version !== undefined && <input type="hidden" name="version" value={version} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            field={fields.name}
            label={agentLabels.name}
            hint="AGENT- and capitals, digits or dashes; 5 to 50 characters."
            maxLength={50}
            spellCheck={false}
            autoCapitalize="characters"
            required
          />
          {fixedType === undefined ? (
            <SelectField
              field={fields.type}
              label={agentLabels.type}
              hint="It decides what it may hold as its trade; it stays."
              options={words(agentTypes)}
              onChange={(event) => setType(typeIn(event.target.value))}
              required
            />
          ) : (
            <p>
              <span className="block font-semibold">{agentLabels.type}</span>
              <span className="block text-data text-ink-2">It stays what it was registered as.</span>
              <span className="flex min-h-11 items-center font-data text-data">{fixedType}</span>
            </p>
          )}
        </div>
        <Capabilities
          type={type}
          initial={fields.held.initialValue}
          id={fields.primaryCapabilities.id}
          errors={errorsUnder(form.allErrors, ['primaryCapabilities', 'secondaryCapabilities'])}
        />
        <TextAreaField
          field={fields.systemPrompt}
          label={agentLabels.systemPrompt}
          hint={`What it is told about itself before every task.${fixedType === undefined ? ' Empty: what its type is told.' : ''}`}
          rows={10}
        />
      </div>
      <div className="bg-surface-0">
        <div className="lg:sticky lg:top-26">
          <Panel title="How it works">
            <div className="grid gap-4 p-3 sm:grid-cols-2 lg:p-4">
              <div className="sm:col-span-2">
                <SelectField
                  field={fields.permissionPreset}
                  label={agentLabels.permissionPreset}
                  options={presets}
                  {...(fixedType === undefined ? { placeholder: 'what its type may' } : {})}
                />
              </div>
              <div className="sm:col-span-2">
                <SelectField
                  field={fields.runtimeId}
                  label={agentLabels.runtimeId}
                  hint="On a server elsewhere it names one of that server's models."
                  options={runtimes.map(({ id, name }) => ({ value: id, words: name }))}
                />
              </div>
              <TextField
                field={fields.model}
                label={agentLabels.model}
                hint="provider/model; empty: the session's or the configured one."
                spellCheck={false}
              />
              <TextField
                field={fields.temperature}
                label={agentLabels.temperature}
                hint="0 to 2."
                type="number"
                min={0}
                max={2}
                step="any"
              />
              <TextField
                field={fields.maxConcurrentTasks}
                label={agentLabels.maxConcurrentTasks}
                hint="Tasks at once, 1 to 50."
                type="number"
                min={1}
                max={50}
              />
              <TextField
                field={fields.minimumQuality}
                label={agentLabels.minimumQuality}
                hint="0 to 1; below it, it gets nothing."
                type="number"
                min={0}
                max={1}
                step="any"
              />
            </div>
          </Panel>
          <Panel title="What it prefers">
            <div className="grid gap-4 p-3 sm:grid-cols-2 lg:p-4">
              <TextField
                field={fields.preferredTechnologies}
                label={agentLabels.preferredTechnologies}
                hint="With commas between them."
              />
              <TextField
                field={fields.avoidedTechnologies}
                label={agentLabels.avoidedTechnologies}
                hint="It never gets a task that names one."
              />
              <SelectField
                field={fields.preferredComplexity}
                label={agentLabels.preferredComplexity}
                options={words(preferredComplexities)}
              />
              <SessionTypes field={fields.preferredSessionTypes} />
            </div>
          </Panel>
          <div className="border-t-2 border-line-2 p-3 lg:p-4">
            <Bar label={save.label} consequence={save.consequence} refusal={refusal} pending={pending} />
          </div>
        </div>
      </div>
    </Form>
  );
}

interface CapabilitiesProps {
  type: AgentType;
  initial: unknown;
  id: string;
  errors: readonly string[];
}

/** Each capability is one choice: not held, beside its trade, or its trade where the type may. */
function Capabilities({ type, initial, id, errors }: CapabilitiesProps) {
  const chosen = new Map<string, unknown>(
    typeof initial === 'object' && initial !== null ? Object.entries(initial) : [],
  );
  return (
    <fieldset id={id} tabIndex={-1}>
      <legend className="font-semibold">Capabilities</legend>
      <p className="mb-2 text-data text-ink-2">
        Primary is its trade and counts 1.0, secondary counts 0.7. At least one is primary; which may be, the type says.
      </p>
      <div className="grid gap-px border border-line-3 bg-line-1 sm:grid-cols-2 xl:grid-cols-3">
        {capabilities.map((capability) => (
          <label
            key={capability}
            className="flex min-h-11 items-center justify-between gap-2 bg-surface-0 pl-3 font-data text-micro has-[option[value=primary]:checked]:bg-surface-3 has-[option[value=primary]:checked]:font-bold has-[option[value=secondary]:checked]:bg-surface-2"
          >
            <span className="min-w-0 break-words">{capability.replaceAll('_', ' ')}</span>
            <select
              name={`held.${capability}`}
              defaultValue={String(chosen.get(capability) ?? '')}
              className="control w-36 shrink-0 md:w-28 border-y-0 border-r-0"
            >
              <option value="">no</option>
              <option value="secondary">secondary</option>
              <option value="primary" disabled={!mayHoldPrimary(type, capability)}>
                primary
              </option>
            </select>
          </label>
        ))}
      </div>
      <FieldErrors field={{ errors: errors.length === 0 ? undefined : [...errors], errorId: `${id}-error` }} />
    </fieldset>
  );
}

function SessionTypes({ field }: { field: FormField }) {
  const chosen: readonly unknown[] = [field.initialValue ?? []].flat();
  return (
    <fieldset id={field.id}>
      <legend className="font-semibold">{agentLabels.preferredSessionTypes}</legend>
      <div className="grid grid-cols-2 border border-line-3">
        {sessionTypes.map((type) => (
          <label
            key={type}
            className="flex min-h-11 cursor-pointer items-center gap-2 px-2 text-data has-checked:bg-surface-3"
          >
            <input
              type="checkbox"
              name={field.name}
              value={type}
              defaultChecked={chosen.includes(type)}
              className="size-5"
            />
            {type}
          </label>
        ))}
      </div>
      <FieldErrors field={field} />
    </fieldset>
  );
}

/** The errors of some fields and of whatever stands inside them. */
function errorsUnder(all: Readonly<Record<string, string[] | undefined>>, names: readonly string[]): string[] {
  return Object.entries(all).flatMap(([name, errors]) =>
    names.includes(name.replace(/\[.*/, '')) ? (errors ?? []) : [],
  );
}

function typeIn(value: unknown): AgentType {
  return agentTypes.find((type) => type === value) ?? 'implementer';
}
