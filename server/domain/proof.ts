/** What a task's proof asks for beyond its commands (docs/decisions/010). */
import type { Capability } from './agent.ts';

/** Work whose result is what is said about the repository, not a change of it. */
const reports: ReadonlySet<Capability> = new Set<Capability>([
  'requirements_analysis',
  'system_design',
  'architecture_planning',
  'task_decomposition',
  'code_review',
  'security_audit',
  'performance_analysis',
  'compliance_check',
  'debugging',
  'troubleshooting',
  'root_cause_analysis',
  'progress_tracking',
]);

/**
 * Whether commands that fail on an untouched tree are no fault of the task: it only reports, and what fails stood there
 * before it. Its result is then claimed, never proven.
 */
export function onlyReports(capabilities: readonly Capability[], filesChanged: number): boolean {
  return filesChanged === 0 && capabilities.length > 0 && capabilities.every((capability) => reports.has(capability));
}
