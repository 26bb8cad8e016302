import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { Form } from 'react-router';
import { useSending } from '../hooks/use-sending.ts';
import { ProofField } from './proof.tsx';
import { Bar } from './ui/button.tsx';
import { ErrorSummary, FieldErrors, TextField } from './ui/field.tsx';
import { TickList } from './ui/tick-list.tsx';

interface TokenFormProps {
  scopes: readonly string[];
  lastResult: SubmissionResult | null;
  made: { token: string; name: string; scopes: readonly string[] } | null;
  refusal: string | null;
  /** Of a service's token: the roles that may be given. Without them it is the person's own. */
  roles?: readonly string[];
}

const common = ['sessions:read', 'sessions:write', 'repositories:read', 'asks:read'];

/** Makes a token; its secret is shown here once and never again. */
export function TokenForm({ scopes, lastResult, made, refusal, roles }: TokenFormProps) {
  const [form, fields] = useForm<{ name?: string; role?: string; scopes?: string[]; expiresAt?: string }>({
    id: 'token',
    lastResult,
    shouldValidate: 'onSubmit',
  });
  const asked = Array.isArray(fields.scopes.initialValue) ? fields.scopes.initialValue : common;
  const pending = useSending('Making', 'create_token');
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      {made !== null && (
        <div role="status" className="border-4 border-live p-3">
          <p className="engraved text-data">Token {made.name}: copy it now, it is not shown again</p>
          <output className="mt-2 block select-all break-all bg-inverse p-2 text-on-inverse">{made.token}</output>
        </div>
      )}
      <ErrorSummary form={form} labels={{ name: 'Name', scopes: 'Scopes', expiresAt: 'Ends' }} />
      <input type="hidden" name="intent" value="create_token" />
      <TextField field={fields.name} label="Name" hint="What uses it." maxLength={100} required />
      {roles !== undefined && (
        <div>
          <label htmlFor={fields.role.id} className="font-semibold">
            Role
          </label>
          <p className="text-data text-ink-2">
            What it makes is nobody’s own: to command sessions it needs the role lead.
          </p>
          <select id={fields.role.id} name="role" defaultValue="member" className="control">
            {roles.map((role) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </select>
        </div>
      )}
      <TextField field={fields.expiresAt} label="Ends" hint="Empty: never." type="date" />
      <fieldset id={fields.scopes.id} aria-describedby={fields.scopes.errors ? fields.scopes.errorId : undefined}>
        <legend className="font-semibold">Scopes</legend>
        <p className="mb-2 text-data text-ink-2">
          It may what these and {roles === undefined ? 'your' : 'its'} role both allow.
        </p>
        <TickList
          name={fields.scopes.name}
          choices={scopes.map((scope) => ({ value: scope, words: scope }))}
          ticked={asked}
          className="grid-cols-1 sm:grid-cols-2 xl:grid-cols-3"
        />
        <FieldErrors field={fields.scopes} />
      </fieldset>
      <ProofField />
      <Bar
        label="Make the token"
        consequence={roles === undefined ? 'Acts in your name in this team' : 'Acts for the team, whoever leaves it'}
        refusal={refusal}
        pending={pending}
      />
    </Form>
  );
}
