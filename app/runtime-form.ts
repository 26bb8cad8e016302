import type { RuntimeKind, RuntimeView } from '../server/domain/runtime.ts';
import { numeric } from './form.ts';
import { runtimeSigns, type Sign } from './status.ts';

/** The form as it is sent: every value a text. */
export interface RuntimeForm {
  name?: string | undefined;
  url?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  capacity?: string | undefined;
}

export const runtimeLabels = {
  name: 'Name',
  url: 'Address',
  username: 'User name',
  password: 'Password',
  capacity: 'Attempts at once',
};

export const runtimeKindWords: Record<RuntimeKind, string> = {
  opencode_embedded: 'our own OpenCode',
  opencode_external: 'OpenCode elsewhere',
  external_agent: 'external agent',
};

/** Texts as the service expects them; the version is the page's own. */
export function runtimeValues({ version: _, ...values }: Record<string, unknown>): unknown {
  return 'capacity' in values ? { ...values, capacity: numeric(values.capacity) } : values;
}

const draining: Sign = {
  word: 'DRAINING',
  glyph: 'bars',
  tone: 'caution',
  meaning: 'It finishes what runs and gets nothing new.',
};

/** The sign of a runtime: a drain is told as long as the server is well. */
export function runtimeSign({ state, draining: drains }: Pick<RuntimeView, 'state' | 'draining'>): Sign {
  return drains && state === 'online' ? draining : runtimeSigns[state];
}
