import { z } from 'zod';

/** Words to find in a line of output. */
export const outputWords = z
  .string()
  .min(1, 'Say which words to find.')
  .max(200, 'Find at most 200 characters.')
  .regex(/^[^\n\r\0]+$/, 'Words are found in one line: take the line break out.');

/** One line of what an agent said or a tool answered. */
export interface OutputLine {
  readonly seq: number;
  readonly at: Date;
  readonly taskId: string | null;
  readonly attemptId: string;
  /** Whose answer it is; null for what the agent said. */
  readonly tool: string | null;
  /** Which line of its part, from 1. */
  readonly number: number;
  /** Around the words; up to 400 characters. */
  readonly text: string;
  /** The line is longer than what is shown of it. */
  readonly cut: boolean;
}
