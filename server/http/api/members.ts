import type { OneUseLink } from '../../application/member-accounts.ts';
import type { Member } from '../../application/people-port.ts';
import { createMemberInput, updateMemberInput } from '../../domain/member.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { idParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Answer, type Route, route } from './route.ts';
import { listOf } from './shapes/fields.ts';
import { memberOut, memberShape, newMemberShape } from './shapes/member.ts';

const tag = 'members';
const read = { name: 'read', resource: 'members' } as const;
const manage = { name: 'member.manage' } as const;

export const memberRoutes: Route[] = [
  route({
    method: 'get',
    path: '/members',
    operationId: 'listMembers',
    summary: 'List members, those invited included',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of members.', schema: listOf(memberShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.members.list(actor), pageOf(query)), memberOut) };
    },
  }),
  route({
    method: 'post',
    path: '/members',
    operationId: 'createMember',
    summary: 'Add a member with a password, or invite one by a link that is in this answer only',
    tag,
    permission: manage,
    body: createMemberInput,
    secret: true,
    responses: { 201: { description: 'The member.', schema: newMemberShape } },
    async handle({ services, actor, body, origin }) {
      return added(await services.members.create(actor, body), origin);
    },
  }),
  route({
    method: 'patch',
    path: '/members/{id}',
    operationId: 'updateMember',
    summary: 'Change a member’s role, or keep them out with `active: false`; their logins in the team end',
    tag,
    permission: manage,
    params: idParams,
    body: updateMemberInput,
    versioned: true,
    responses: { 200: { description: 'The member as changed.', schema: memberShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: memberOut(await services.members.update(actor, params.id, body, { version })) };
    },
  }),
  route({
    method: 'delete',
    path: '/members/{id}',
    operationId: 'removeMember',
    summary: 'Take a member out of the team, or an invitation back; their tokens are revoked',
    tag,
    permission: manage,
    params: idParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.members.remove(actor, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'get',
    path: '/teams/{id}/members',
    operationId: 'listTeamMembers',
    summary: 'List the members of another team of yours',
    tag,
    permission: read,
    params: idParams,
    query: listQuery,
    responses: { 200: { description: 'A page of members.', schema: listOf(memberShape) } },
    async handle({ services, actor, params, query }) {
      const all = await services.members.list(actor, params.id);
      return { status: 200, json: mapped(cut(all, pageOf(query)), memberOut) };
    },
  }),
  route({
    method: 'post',
    path: '/teams/{id}/members',
    operationId: 'createTeamMember',
    summary: 'Add or invite a member to another team that you are an admin of',
    tag,
    permission: manage,
    params: idParams,
    body: createMemberInput,
    secret: true,
    responses: { 201: { description: 'The member.', schema: newMemberShape } },
    async handle({ services, actor, params, body, origin }) {
      return added(await services.members.create(actor, body, params.id), origin);
    },
  }),
];

function added({ member, link }: { member: Member; link: OneUseLink | null }, origin: string): Answer {
  const invitation =
    link === null
      ? {}
      : { invitation: { link: `${origin}/join/${link.token}`, expiresAt: link.expiresAt.toISOString() } };
  return { status: 201, json: { ...memberOut(member), ...invitation } };
}
