import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DomainError } from '../../domain/errors.ts';

/** How one git call is made. Exactly one of `repository` and `gitDir` says where. */
export interface GitCall {
  /** A repository, bare or not; git looks nowhere above it. */
  repository?: string;
  gitDir?: string;
  workTree?: string;
  indexFile?: string;
  input?: string | Buffer;
  timeoutMs?: number;
  /** More output than this ends the call with an error. */
  maxBytes?: number;
  /** Exit codes that are answers, not failures. */
  accept?: readonly number[];
  config?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Takes the output as it comes, instead of keeping it. */
  onOutput?: (chunk: Buffer) => void;
}

export interface GitAnswer {
  code: number;
  stdout: Buffer;
  text: string;
  stderr: string;
}

export type Git = (args: readonly string[], call: GitCall) => Promise<GitAnswer>;

/** A git call that failed, was too slow or said too much. */
export class GitFailure extends Error {
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly timedOut: boolean;

  constructor(args: readonly string[], stderr: string, exitCode: number | null, timedOut: boolean) {
    super(`git ${args[0] ?? ''} ${timedOut ? 'took too long' : `failed (${exitCode ?? 'killed'})`}: ${stderr.trim()}`);
    this.name = 'GitFailure';
    this.stderr = stderr;
    this.exitCode = exitCode;
    this.timedOut = timedOut;
  }
}

// Nothing a repository or a person's settings say may run a program of theirs, or change how output reads.
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.safecrlf=false',
  'core.quotePath=false',
  'core.filesRefLockTimeout=5000',
  'core.packedRefsTimeout=5000',
  'gc.auto=0',
  'maintenance.auto=false',
  'worktree.useRelativePaths=false',
  'advice.addEmbeddedRepo=false',
  'log.showSignature=false',
  'protocol.allow=never',
  // A repository may belong to another user of this machine; an administrator registered it by name.
  'safe.directory=*',
];

const KEPT = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'GIT_CONFIG_GLOBAL',
  'GIT_SSL_CAINFO',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
];

const NAME = 'OpenCode Industrial Orchestrator';
const EMAIL = 'orchestrator@localhost';
const MINUTE = 60_000;

function missingGit(cause: Error): Error {
  return new DomainError('UNAVAILABLE', 'The program git could not be started: install git and put it on PATH.', {
    cause,
  });
}

function cleanEnvironment(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of KEPT) if (source[name] !== undefined) env[name] = source[name];
  return {
    GIT_SSH_COMMAND:
      'ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o StrictHostKeyChecking=accept-new -o ControlPath=none',
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_AUTHOR_NAME: NAME,
    GIT_AUTHOR_EMAIL: EMAIL,
    GIT_COMMITTER_NAME: NAME,
    GIT_COMMITTER_EMAIL: EMAIL,
  };
}

/**
 * Runs git, never through a shell, with a cleaned environment and an identity of its own. A call that is too slow is
 * ended with all the programs it started (ssh, the https helper).
 */
export function createGit(environment: NodeJS.ProcessEnv): Git {
  const base = cleanEnvironment(environment);
  return (args, call) =>
    new Promise((resolve, reject) => {
      const place = call.gitDir ?? call.repository;
      if (place === undefined) throw new TypeError('A git call needs a place');
      const full = ['--no-pager', ...[...SETTINGS, ...(call.config ?? [])].flatMap((setting) => ['-c', setting])];
      if (call.gitDir !== undefined) full.push(`--git-dir=${call.gitDir}`);
      if (call.workTree !== undefined) full.push(`--work-tree=${call.workTree}`);
      const env: NodeJS.ProcessEnv = { ...base, GIT_CEILING_DIRECTORIES: dirname(place), ...call.env };
      if (call.indexFile !== undefined) env.GIT_INDEX_FILE = call.indexFile;

      const child = spawn('git', [...full, ...args], { cwd: call.workTree ?? place, env, detached: true });
      const kept: Buffer[] = [];
      let size = 0;
      let stderr = '';
      let problem: 'slow' | 'long' | null = null;
      const end = (why: 'slow' | 'long') => {
        problem ??= why;
        if (child.pid === undefined) return;
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // The group ended by itself meanwhile.
        }
      };
      const timer = setTimeout(() => end('slow'), call.timeoutMs ?? 2 * MINUTE);
      child.stdout.on('data', (chunk: Buffer) => {
        if (call.onOutput) return call.onOutput(chunk);
        size += chunk.length;
        if (size > (call.maxBytes ?? 64 * 1024 * 1024)) return end('long');
        kept.push(chunk);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (stderr.length < 16_384) stderr += text;
      });
      // A child that ends without reading its input closes the pipe; its exit code tells the rest.
      child.stdin.on('error', () => undefined);
      child.stdin.end(call.input ?? '');
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(existsSync(place) ? missingGit(error) : error);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        if (problem === 'long') return reject(new GitFailure(args, 'the output is too long', code, false));
        if (problem === 'slow' || code === null) return reject(new GitFailure(args, stderr, code, problem === 'slow'));
        if (code !== 0 && !call.accept?.includes(code)) return reject(new GitFailure(args, stderr, code, false));
        const stdout = Buffer.concat(kept);
        resolve({ code, stdout, text: stdout.toString('utf8').trimEnd(), stderr });
      });
    });
}

/** Splits the output of `-z`. */
export function fields(stdout: Buffer): string[] {
  const parts = stdout.toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}
