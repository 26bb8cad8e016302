import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git in a folder, free of this machine's own configuration; answers its output without the last newline. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A Person',
    GIT_AUTHOR_EMAIL: 'person@example.com',
    GIT_COMMITTER_NAME: 'A Person',
    GIT_COMMITTER_EMAIL: 'person@example.com',
  };
  const { stdout } = await run('git', args, { cwd: directory, env, maxBuffer: 16 * 2 ** 20 });
  return stdout.replace(/\n$/, '');
}

/** How often a command ran is told by the lines it left: `tally.js <label> [ms] [file to make when it begins]`. */
const tally = `
const { appendFileSync, writeFileSync } = require('node:fs');
const [label, milliseconds = '0', began] = process.argv.slice(2);
if (began) writeFileSync(began, '');
setTimeout(() => appendFileSync('tally.txt', label + '\\n'), Number(milliseconds));
`;

const check = `
const { existsSync, readFileSync } = require('node:fs');
const text = existsSync('result.txt') ? readFileSync('result.txt', 'utf8') : '';
if (text.includes('broken')) { console.error('result.txt says it is broken'); process.exit(1); }
console.log('checked');
`;

/** A git repository with one commit: `node tally.js` appends a line late, `node check.js` verifies. */
export async function makeRepository(directory: string, files: Record<string, string> = {}): Promise<string> {
  const all = { 'README.md': '# A small repository\n', 'tally.js': tally, 'check.js': check, ...files };
  for (const [path, content] of Object.entries(all)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await git(directory, 'init', '--quiet', '--initial-branch=main');
  await git(directory, 'add', '--all');
  await git(directory, 'commit', '--quiet', '--message', 'Start');
  return directory;
}
