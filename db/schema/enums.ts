/** Enumerations are the domain's arrays, so a row and a domain value are one type. */
import { pgEnum } from 'drizzle-orm/pg-core';
import { roles } from '../../server/domain/actor.ts';
import { agentTypes } from '../../server/domain/agent.ts';
import { askStatuses } from '../../server/domain/ask.ts';
import { askKinds } from '../../server/domain/ask-kind.ts';
import { attemptStatuses, failureClasses } from '../../server/domain/attempt.ts';
import { checkpointReasons } from '../../server/domain/checkpoint.ts';
import {
  attentions,
  autonomies,
  dependencyPolicies,
  sessionStatuses,
  sessionTypes,
} from '../../server/domain/session.ts';
import { dependencyTypes, proofs, taskPriorities, taskStatuses } from '../../server/domain/task.ts';

export const role = pgEnum('role', roles);
export const sessionStatus = pgEnum('session_status', sessionStatuses);
export const sessionType = pgEnum('session_type', sessionTypes);
export const attention = pgEnum('attention', attentions);
export const autonomy = pgEnum('autonomy', autonomies);
export const dependencyPolicy = pgEnum('dependency_policy', dependencyPolicies);
export const taskStatus = pgEnum('task_status', taskStatuses);
export const taskPriority = pgEnum('task_priority', taskPriorities);
export const proof = pgEnum('proof', proofs);
export const dependencyType = pgEnum('dependency_type', dependencyTypes);
export const attemptStatus = pgEnum('attempt_status', attemptStatuses);
export const failureClass = pgEnum('failure_class', failureClasses);
export const checkpointReason = pgEnum('checkpoint_reason', checkpointReasons);
export const askKind = pgEnum('ask_kind', askKinds);
export const askStatus = pgEnum('ask_status', askStatuses);
export const agentType = pgEnum('agent_type', agentTypes);
