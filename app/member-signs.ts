import type { Role } from '../server/domain/actor.ts';
import type { MemberState } from '../server/domain/member.ts';
import type { Sign } from './status.ts';

export const memberSigns: Record<MemberState, Sign> = {
  active: { word: 'ACTIVE', glyph: 'check', tone: 'done', meaning: 'May sign in to this team.' },
  invited: { word: 'INVITED', glyph: 'clock', tone: 'quiet', meaning: 'The link of the invitation was not used yet.' },
  deactivated: { word: 'DEACTIVATED', glyph: 'dash', tone: 'caution', meaning: 'Kept out of this team by an admin.' },
};

/** What each role is for, where one is chosen. */
export const roleWords: Record<Role, string> = {
  viewer: 'reads everything, changes nothing',
  member: 'creates and steers own sessions',
  lead: 'steers every session; agents, runtimes, blueprints, repositories',
  admin: 'approves, and governs people, limits and the record',
};

export const roleOptions = (Object.entries(roleWords) as [Role, string][]).map(([value, words]) => ({
  value,
  words: `${value}: ${words}`,
}));
