import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import { createLauncher } from './launcher.ts';

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
  /** Ends the call. */
  stop?: AbortSignal;
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

// One for the whole process, whoever calls git in it.
const launcher = createLauncher();

/**
 * Runs git, never through a shell, with a cleaned environment and an identity of its own. A call that is too slow is
 * ended with all the programs it started (ssh, the https helper).
 */
export function createGit(environment: NodeJS.ProcessEnv): Git {
  const base = cleanEnvironment(environment);
  return async (args, call) => {
    const place = call.gitDir ?? call.repository;
    if (place === undefined) throw new TypeError('A git call needs a place');
    const full = ['--no-pager', ...[...SETTINGS, ...(call.config ?? [])].flatMap((setting) => ['-c', setting])];
    if (call.gitDir !== undefined) full.push(`--git-dir=${call.gitDir}`);
    if (call.workTree !== undefined) full.push(`--work-tree=${call.workTree}`);
    const env: NodeJS.ProcessEnv = { ...base, GIT_CEILING_DIRECTORIES: dirname(place), ...call.env };
    if (call.indexFile !== undefined) env.GIT_INDEX_FILE = call.indexFile;
    const order = {
      args: [...full, ...args],
      cwd: call.workTree ?? place,
      env,
      input: call.input ?? '',
      timeoutMs: call.timeoutMs ?? 2 * MINUTE,
      maxBytes: call.maxBytes ?? 64 * 1024 * 1024,
      streamed: call.onOutput !== undefined,
    };
    const { code, stdout, stderr, problem } = await launcher
      .run(order, call.onOutput ?? (() => undefined), call.stop)
      .catch((error: Error) => {
        throw 'syscall' in error && existsSync(place) ? missingGit(error) : error;
      });
    if (problem === 'stopped') throw new GitFailure(args, 'it was stopped', code, false);
    if (problem === 'long') throw new GitFailure(args, 'the output is too long', code, false);
    if (problem === 'slow' || code === null) throw new GitFailure(args, stderr, code, problem === 'slow');
    if (code !== 0 && !call.accept?.includes(code)) throw new GitFailure(args, stderr, code, false);
    return { code, stdout, text: stdout.toString('utf8').trimEnd(), stderr };
  };
}

/** Splits the output of `-z`. */
export function fields(stdout: Buffer): string[] {
  const parts = stdout.toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}
