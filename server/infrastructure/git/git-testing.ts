import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { RepositoryRef, SessionRef, TaskCommit } from '../../application/git-port.ts';
import type { Log } from '../../application/ports.ts';
import { createWorkspaces, type WorkspacesOptions } from './workspaces.ts';

const made: string[] = [];

/** A temporary folder, removed at the end of the first test file that asked for one, or with the process. */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrator-git-')));
  made.push(folder);
  return folder;
}

const removeMade = () => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
};
afterAll(removeMade);
// Modules are shared by the files of a process, so only the first one is told of its end.
process.once('exit', removeMade);

/** Git as a person runs it, with an identity of theirs. */
export function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgSign=false'];
  return execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function write(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** As git made them, by their files: the next one is copied, which takes no process. */
const first = new Map<string, string>();

/** A repository on `main` with one commit of the files. */
export function scratchRepository(files: Record<string, string | Buffer> = { 'a.txt': 'one\ntwo\nthree\n' }): string {
  const key = JSON.stringify(
    Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('base64')]),
  );
  const known = first.get(key);
  const folder = scratchFolder();
  if (known !== undefined && existsSync(known)) {
    cpSync(known, folder, { recursive: true });
    return folder;
  }
  git(folder, 'init', '--quiet', '--initial-branch=main');
  write(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'First');
  const kept = scratchFolder();
  cpSync(folder, kept, { recursive: true });
  first.set(key, kept);
  return folder;
}

export interface Warning {
  fields: object;
  message: string;
}

/** Workspaces on a data folder of their own; `warnings` is what they logged. */
export function scratchWorkspaces(options: Partial<WorkspacesOptions> = {}) {
  const warnings: Warning[] = [];
  const log: Log = {
    info: () => undefined,
    warn: (fields, message) => warnings.push({ fields, message }),
    error: (fields, message) => warnings.push({ fields, message }),
  };
  const dataDir = options.dataDir ?? scratchFolder();
  return { dataDir, warnings, workspaces: createWorkspaces({ log, outboundAllow: [], ...options, dataDir }) };
}

export const repositoryAt = (source: string): RepositoryRef => ({
  id: 'repo-1',
  source,
  kind: 'path',
  baseBranch: 'main',
});

export const session: SessionRef = { id: 'session-1', slug: 'IND-42', teamSlug: 'forge' };

export const taskCommit = (attemptId: string, baseCommit: string, more: Partial<TaskCommit> = {}): TaskCommit => ({
  subject: `Do what ${attemptId} was told`,
  sessionSlug: 'IND-42',
  taskKey: 'build',
  attemptId,
  epoch: 3,
  baseCommit,
  ...more,
});

/** A session's branch with helpers to do an attempt's work on it. */
export async function scratchSession(files?: Record<string, string | Buffer>) {
  const source = scratchRepository(files);
  const scratch = scratchWorkspaces();
  const repository = repositoryAt(source);
  const opened = await scratch.workspaces.openBranch(repository, session);
  const open = (id: string, commit = opened.baseCommit) =>
    scratch.workspaces.openWorktree(repository, { id, sessionSlug: session.slug, commit });
  /** An attempt that writes the files and is committed; returns its commit. */
  const attempt = async (id: string, changes: Record<string, string | Buffer>, commit = opened.baseCommit) => {
    const worktree = await open(id, commit);
    write(worktree, changes);
    const made = await scratch.workspaces.commit(repository, worktree, taskCommit(id, commit));
    if (made === null) throw new Error(`Attempt ${id} changed nothing`);
    return made;
  };
  return { ...scratch, ...opened, source, repository, open, attempt };
}

/** Stands where ssh would: git speaks its real protocol with a repository of this machine. */
export function sshTo(folder: string, script = `for last; do :; done; exec sh -c "$last"`): NodeJS.ProcessEnv {
  const path = join(folder, 'ssh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...process.env, GIT_SSH_COMMAND: path };
}

/** Lets every host be reached. */
export const anywhere = async () => ['192.0.2.1'];
