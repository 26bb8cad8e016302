import { z } from 'zod';

/** Words to find in a line of output. */
export const outputWords = z
  .string()
  .min(1, 'Say which words to find.')
  .max(200, 'Find at most 200 characters.')
  .regex(/^[^\n\r\0]+$/, 'Words are found in one line: take the line break out.');
