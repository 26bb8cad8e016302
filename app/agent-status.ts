// The part of the one map (status.ts) that speaks of agents.
import type { Agent, AgentState, AgentTier, LoadLevel } from '../server/domain/agent.ts';
import type { Sign } from './status.ts';

export const agentSigns: Record<AgentState, Sign> = {
  online: { word: 'ONLINE', glyph: 'check', tone: 'done', meaning: 'Has free places.' },
  busy: { word: 'BUSY', glyph: 'disc', tone: 'live', meaning: 'All its places are taken.' },
  degraded: { word: 'DEGRADED', glyph: 'half', tone: 'caution', meaning: 'Works, but not well.' },
  draining: {
    word: 'DRAINING',
    glyph: 'bars',
    tone: 'caution',
    meaning: 'Finishes what it has and takes nothing new.',
  },
  offline: { word: 'OFFLINE', glyph: 'cross', tone: 'broken', meaning: 'No heartbeat.' },
};

const disabled: Sign = { word: 'DISABLED', glyph: 'dash', tone: 'quiet', meaning: 'A lead took it out of the choice.' };

/** The sign of an agent: one that is taken out of the choice says so, whatever its runtime reports. */
export function agentSign({ enabled, state }: Pick<Agent, 'enabled' | 'state'>): Sign {
  return enabled ? agentSigns[state] : disabled;
}

export const tierSigns: Record<AgentTier, Sign> = {
  elite: {
    word: 'ELITE',
    glyph: 'diamond',
    tone: 'done',
    meaning: 'At least 95 % of its work stood, at high quality.',
  },
  advanced: { word: 'ADVANCED', glyph: 'check', tone: 'done', meaning: 'At least 85 % of its work stood.' },
  competent: {
    word: 'COMPETENT',
    glyph: 'disc',
    tone: 'quiet',
    meaning: 'At least 70 % of its work stood, or it is too new to be judged.',
  },
  trainee: {
    word: 'TRAINEE',
    glyph: 'half',
    tone: 'quiet',
    meaning: 'Half to 70 % of its work stood; it counts for less.',
  },
  degraded: {
    word: 'DEGRADED',
    glyph: 'warning',
    tone: 'caution',
    meaning: 'Less than half of its work stood; it gets one probe at a time.',
  },
};

export const loadSigns: Record<LoadLevel, Sign> = {
  idle: { word: 'IDLE', glyph: 'ring', tone: 'quiet', meaning: 'At most a fifth of its places is taken.' },
  optimal: { word: 'OPTIMAL', glyph: 'half', tone: 'quiet', meaning: 'At most 70 % of its places are taken.' },
  high: { word: 'HIGH', glyph: 'disc', tone: 'done', meaning: 'At most 90 % of its places are taken.' },
  critical: {
    word: 'CRITICAL',
    glyph: 'warning',
    tone: 'caution',
    meaning: 'All its places are taken, or nearly; it gets no complex task.',
  },
  overloaded: { word: 'OVERLOADED', glyph: 'cross', tone: 'broken', meaning: 'It has more than it can hold.' },
};
