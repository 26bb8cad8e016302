import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInstallation } from './installation.ts';
import { freshDatabase } from './postgres.ts';
import { allScopes, type Kind, named, type Template } from './template.ts';

/**
 * Once in a run, before the first test: most tests are about a team that has its control room, so that setting one up
 * (migrations, administrator, token) is done once for each database. Tests of the first run ask for a bare one.
 */
export default async function makeTemplates(): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'oio-template-'));
  const database = await freshDatabase();
  const admin = { email: 'admin@example.com', password: `pass-${randomBytes(12).toString('hex')}` };
  await Promise.all([make('embedded'), make('postgres')]);
  return async () => {
    await database.drop();
    await rm(home, { recursive: true, force: true });
  };

  async function make(kind: Kind): Promise<void> {
    const postgres = kind === 'postgres';
    const house = await createInstallation({ admin, ...(postgres && { databaseUrl: database.url }) });
    try {
      const app = await house.start();
      const token = await house.token(allScopes);
      const { code } = await app.stop();
      if (code !== 0) throw new Error(`The template's app did not stop:\n${house.log()}`);
      const dataDir = join(home, kind);
      await cp(house.dataDir, dataDir, { recursive: true, filter: (path) => path !== join(house.dataDir, 'runtime') });
      const template: Template = { dataDir, admin, token, database: postgres ? database.name : null };
      const file = join(home, `${kind}.json`);
      await writeFile(file, JSON.stringify(template));
      process.env[named[kind]] = file;
    } finally {
      await house.close();
    }
  }
}
