import { cp, readFile } from 'node:fs/promises';

/** An installation as a team has it: started once and stopped, its administrator and a token made. */
export interface Template {
  readonly dataDir: string;
  readonly admin: { readonly email: string; readonly password: string };
  /** With every scope the tests need. */
  readonly token: string;
  /** What databases on the tests' server are copied from; null on the embedded one. */
  readonly database: string | null;
}

export type Kind = 'embedded' | 'postgres';
/** The variables that name the files. */
export const named = { embedded: 'E2E_TEMPLATE_EMBEDDED', postgres: 'E2E_TEMPLATE_POSTGRES' } as const;

/** What this run's installations are copied from. */
export async function templateOf(kind: Kind): Promise<Template> {
  const file = process.env[named[kind]];
  if (file === undefined) throw new Error('There is no template: run the journeys with npm run test:e2e.');
  return JSON.parse(await readFile(file, 'utf8')) as Template;
}

/** Lays the data directory of a template: its database and its key; what ran in it is left out. */
export async function layTemplate(template: Template, dataDir: string): Promise<void> {
  await cp(template.dataDir, dataDir, { recursive: true });
}

/** What the tests' own client may do. */
export const allScopes = ['sessions', 'repositories', 'asks', 'agents', 'contexts', 'blueprints', 'teams'].flatMap(
  (name) => [`${name}:read`, `${name}:write`],
);
