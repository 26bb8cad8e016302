import { numeric } from '../../form.ts';

export const teamLabels = {
  name: 'Name',
  maxActiveSessions: 'Sessions at once',
  maxParallelAttempts: 'Attempts at once',
  tokensPerMonth: 'Tokens a month',
  twoFactorRequired: 'A second factor is required',
  openRegistration: 'Anybody may register',
  selfApprovalForbidden: 'No approval of an own request',
};

/** What the form of a team's settings holds. */
export interface TeamFormValues {
  name?: string;
  maxActiveSessions?: string;
  maxParallelAttempts?: string;
  tokensPerMonth?: string;
  twoFactorRequired?: string;
  openRegistration?: string;
  selfApprovalForbidden?: string;
}

/** Numbers out of texts; a box without a tick is a no, as the form shows every one of them. */
export function teamValues(values: Record<string, unknown>): unknown {
  const ticked = (name: string) => values[name] === 'on';
  return {
    ...values,
    maxActiveSessions: numeric(values.maxActiveSessions),
    maxParallelAttempts: numeric(values.maxParallelAttempts),
    tokensPerMonth: numeric(values.tokensPerMonth),
    twoFactorRequired: ticked('twoFactorRequired'),
    openRegistration: ticked('openRegistration'),
    selfApprovalForbidden: ticked('selfApprovalForbidden'),
  };
}
