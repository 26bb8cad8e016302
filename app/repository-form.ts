import { lines } from './form.ts';

/** The form as it is sent: every value a text, one command a line. */
export interface RepositoryForm {
  source?: string | undefined;
  name?: string | undefined;
  baseBranch?: string | undefined;
  setup?: string | undefined;
  verify?: string | undefined;
}

export const repositoryLabels = {
  source: 'Path or URL',
  name: 'Name',
  baseBranch: 'Base branch',
  setup: 'Setup commands',
  verify: 'Verification commands',
};

/** A new repository: what was left empty is found out by the server. */
export function repositoryValues({ setup, verify, ...rest }: Record<string, unknown>): unknown {
  return {
    ...rest,
    ...(setup === undefined ? {} : { setup: lines(setup) }),
    ...(verify === undefined ? {} : { verify: lines(verify) }),
  };
}

/** A changed repository: emptied commands mean none. */
export function changedValues({ version: _, setup, verify, ...rest }: Record<string, unknown>): unknown {
  return { ...rest, setup: lines(setup), verify: lines(verify) };
}
