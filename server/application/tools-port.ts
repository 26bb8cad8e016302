/** What an agent's runtime may ask of the application while the agent works: the tools of its attempt. */
import type { ContextTool } from '../domain/context-tools.ts';

/** A tool's answer as the agent reads it; `refused` when nothing was done. */
export interface ToolAnswer {
  text: string;
  refused: boolean;
}

export interface AgentTools {
  /** Does one call of an attempt's agent. The attempt's row is judged at every call; what is wrong is an answer, not a throw. */
  call(attemptId: string, tool: ContextTool, input: unknown): Promise<ToolAnswer>;
}
