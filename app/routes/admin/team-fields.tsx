import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { Form } from 'react-router';
import { teamLimits } from '../../../server/domain/team.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { CheckField, ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { plural } from '../../format.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useSending } from '../../hooks/use-sending.ts';
import { type TeamFormValues, teamLabels } from './team-form.ts';

interface TeamFieldsProps {
  team: {
    id: string;
    version: number;
    name: string;
    maxActiveSessions: number;
    maxParallelAttempts: number;
    tokensPerMonth: number;
    twoFactorRequired: boolean;
    openRegistration: boolean;
    selfApprovalForbidden: boolean;
  };
  /** Active members without a second factor. */
  without: number;
  lastResult: SubmissionResult | null;
}

const tick = (on: boolean) => (on ? 'on' : '');

/** A team's settings. */
export function TeamFields({ team, without, lastResult }: TeamFieldsProps) {
  const element = useRef<HTMLFormElement>(null);
  const [form, fields] = useForm<TeamFormValues>({
    id: 'team',
    lastResult,
    shouldValidate: 'onSubmit',
    defaultValue: {
      name: team.name,
      maxActiveSessions: String(team.maxActiveSessions),
      maxParallelAttempts: String(team.maxParallelAttempts),
      tokensPerMonth: String(team.tokensPerMonth),
      twoFactorRequired: tick(team.twoFactorRequired),
      openRegistration: tick(team.openRegistration),
      selfApprovalForbidden: tick(team.selfApprovalForbidden),
    },
  });
  useDraft(element, `team-${team.id}-${team.version}`, (path) => path === '/admin/team');
  const pending = useSending('Saving', null);
  const quota = (name: keyof typeof teamLimits, hint: string) => (
    <TextField
      field={fields[name]}
      label={teamLabels[name]}
      type="number"
      inputMode="numeric"
      min={teamLimits[name].least}
      max={teamLimits[name].most}
      step={1}
      hint={hint}
      className="font-data"
      required
    />
  );
  return (
    <Form ref={element} method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={teamLabels} />
      <input type="hidden" name="version" value={team.version} />
      <TextField field={fields.name} label={teamLabels.name} maxLength={100} required />
      <div className="grid gap-4 sm:grid-cols-3">
        {quota('maxActiveSessions', 'All that have not ended. Also the share of the turns to start.')}
        {quota('maxParallelAttempts', 'Of all sessions. Also the share of a runtime that other teams wait for.')}
        {quota('tokensPerMonth', 'In and out together, from the first of the month, UTC.')}
      </div>
      <CheckField
        field={fields.twoFactorRequired}
        label={teamLabels.twoFactorRequired}
        hint={`Members without one are led to set it up before anything else: at once, on every open page. ${plural(without, 'active member has', 'active members have')} none now. Tokens of programs go on.`}
      />
      <CheckField
        field={fields.openRegistration}
        label={teamLabels.openRegistration}
        hint="Whoever reaches the sign-in page makes an account by themselves, and reads this team's work as a viewer."
      />
      <CheckField
        field={fields.selfApprovalForbidden}
        label={teamLabels.selfApprovalForbidden}
        hint="Not even the only admin may approve what they asked for; with one admin, nothing that needs approval can be done."
      />
      <ProofField />
      <Bar
        label="Save"
        consequence="A limit below what runs now ends nothing: it refuses what would come on top"
        pending={pending}
      />
    </Form>
  );
}

/** A name is enough: the rest begins as it is for every new team. */
export function NewTeamFields({ lastResult }: { lastResult: SubmissionResult | null }) {
  const [form, fields] = useForm<{ name?: string; slug?: string }>({
    id: 'new-team',
    lastResult,
    shouldValidate: 'onSubmit',
  });
  const pending = useSending('Making', 'create');
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={{ name: 'Name', slug: 'Slug' }} />
      <input type="hidden" name="intent" value="create" />
      <TextField field={fields.name} label="Name" minLength={2} maxLength={100} required />
      <TextField
        field={fields.slug}
        label="Slug"
        hint="Lower-case letters, digits, hyphens. Empty: made from the name."
        maxLength={60}
        spellCheck={false}
        className="font-data"
      />
      <ProofField />
      <Bar
        stacked
        label="Make the team"
        consequence="A room of its own with a fleet, where you are the admin; nothing of this team is seen there"
        pending={pending}
      />
    </Form>
  );
}
