import { type Actor, type AgentActor, authorize } from '../../domain/actor.ts';
import type { Agent } from '../../domain/agent.ts';
import { presetOf } from '../../domain/agent-fleet.ts';
import { agentPrompts } from '../../domain/agent-prompts.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import {
  enrolledCapabilities,
  enrolmentCodeInput,
  type RegisterInput,
  registerInput,
} from '../../domain/external-agent.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';

/** What a registration answers; token and secret are shown here only. */
export interface Enrolled {
  agentId: string;
  token: string;
  signingSecret: string;
  heartbeatIntervalSeconds: number;
}

/** Where the signing secret of an agent is sealed for. */
export const secretPlace = (agentId: string) => `external_agents.signingSecret:${agentId}`;

/** The first steps of an agent outside: a lead's one-use code, and the registration it is good for. */
export function createEnrolment(deps: Deps) {
  const { store, secrets } = deps;

  return {
    /** For a lead or an admin: a one-use code, kept as a hash; with `agent` it is for enrolling that one anew. */
    async createCode(actor: Actor, raw: unknown): Promise<{ code: string; expiresAt: Date }> {
      const teamId = teamOf(actor);
      authorize(actor, 'agent.manage', { teamId });
      const parsed = enrolmentCodeInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const agent = parsed.data.agent === undefined ? null : await renewable(teamId, parsed.data.agent);
      const code = `oioe_${secrets.random(24)}`;
      const id = secrets.uuid();
      const expiresAt = await store.transaction(async (tx) => {
        const until = await tx.external.createCode({
          id,
          teamId,
          codeHash: secrets.sha256(code),
          agentId: agent?.id ?? null,
          createdBy: actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null,
          seconds: parsed.data.expiresInSeconds,
        });
        await tx.audit.append({
          teamId,
          actor,
          action: 'enrolment_code.created',
          subject: { kind: 'enrolment_code', id },
          after: { agent: agent?.name ?? null, expiresAt: until.toISOString() },
        });
        return until;
      });
      return { code, expiresAt };
    },

    /** By whoever holds a code. What is wrong with the rest leaves the code as it is; UNAUTHENTICATED says it is none. */
    async register(raw: unknown): Promise<Enrolled> {
      const parsed = registerInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const input = parsed.data;
      const held = enrolledCapabilities(input);
      const why = input.endpointUrl ? await deps.refuseOutbound(input.endpointUrl) : null;
      if (why !== null) throw invalid([{ path: 'endpointUrl', message: why }]);
      const token = `oio_${secrets.random(32)}`;
      const signingSecret = `oios_${secrets.random(32)}`;

      const agentId = await store.transaction(async (tx) => {
        const code = await tx.external.useCode(secrets.sha256(input.enrolmentCode));
        if (code === null)
          throw new DomainError(
            'UNAUTHENTICATED',
            'This enrolment code is unknown, used or expired; ask a lead for one.',
          );
        const id =
          code.agentId === null
            ? await enrolNew(tx, code.teamId, input, held)
            : await enrolAnew(tx, code.teamId, code.agentId, input, held);
        await tx.external.enrol({
          agentId: id,
          teamId: code.teamId,
          endpointUrl: input.endpointUrl ?? null,
          softwareVersion: input.version,
          protocolVersion: input.protocolVersion,
          metadata: input.metadata,
          tokenHash: secrets.sha256(token),
          signingSecret: deps.encryption.seal(signingSecret, secretPlace(id)),
        });
        const actor: AgentActor = { kind: 'agent', id, teamId: code.teamId, name: input.name };
        const action = code.agentId === null ? 'agent.registered' : 'agent.enrolled_anew';
        await tx.audit.append({
          teamId: code.teamId,
          actor,
          action,
          subject: { kind: 'agent', id },
          after: { name: input.name, type: input.agentType, endpointUrl: input.endpointUrl ?? null, ...held },
        });
        await tx.events.appendTeam(code.teamId, {
          type: code.agentId === null ? 'agent.registered' : 'agent.updated',
          actor,
          payload: { agentId: id, name: input.name, type: input.agentType, action },
        });
        return id;
      });
      return { agentId, token, signingSecret, heartbeatIntervalSeconds: deps.settings.heartbeatSeconds };
    },
  };

  async function renewable(teamId: string, idOrName: string): Promise<Agent> {
    const agent = await store.agents.get(teamId, idOrName);
    const external = agent === null ? null : await store.external.get(agent.id);
    if (agent === null || external === null)
      throw invalid([{ path: 'agent', message: `There is no external agent ${idOrName}` }]);
    return agent;
  }

  async function enrolNew(tx: Tx, teamId: string, input: RegisterInput, held: Held): Promise<string> {
    if ((await tx.agents.get(teamId, input.name)) !== null) {
      const message = `${input.name} is an agent of the team already: choose another name, or ask for a code that enrols it anew.`;
      throw new DomainError('CONFLICT', message, { details: [{ path: 'name', message }] });
    }
    const [id, runtimeId] = [secrets.uuid(), secrets.uuid()];
    await tx.external.addRuntime({ id: runtimeId, teamId, agentId: id });
    await tx.agents.create({
      id,
      teamId,
      name: input.name,
      type: input.agentType,
      primaryCapabilities: held.primary,
      secondaryCapabilities: held.secondary,
      runtimeId,
      model: null,
      temperature: 0.3,
      systemPrompt: agentPrompts[input.agentType],
      permissionPreset: presetOf(input.agentType),
      preferredTechnologies: [],
      avoidedTechnologies: [],
      preferredSessionTypes: [],
      preferredComplexity: 'moderate',
      minimumQuality: 0.7,
      maxConcurrentTasks: input.maxConcurrentTasks,
      enabled: true,
      draining: false,
    });
    return id;
  }

  /** Name and type stay, since the record was made with them; the rest is as it says now. */
  async function enrolAnew(tx: Tx, teamId: string, agentId: string, input: RegisterInput, held: Held): Promise<string> {
    const agent = await tx.agents.get(teamId, agentId);
    if (agent === null) throw new DomainError('CONFLICT', 'The agent this code was made for was taken off the fleet.');
    const issues = [
      ...(agent.name === input.name ? [] : [{ path: 'name', message: `This code enrols ${agent.name} anew` }]),
      ...(agent.type === input.agentType ? [] : [{ path: 'agentType', message: `${agent.name} is ${agent.type}` }]),
    ];
    if (issues.length > 0) throw invalid(issues);
    await tx.agents.update(teamId, agentId, {
      primaryCapabilities: held.primary,
      secondaryCapabilities: held.secondary,
      maxConcurrentTasks: input.maxConcurrentTasks,
    });
    return agentId;
  }
}

type Held = ReturnType<typeof enrolledCapabilities>;
