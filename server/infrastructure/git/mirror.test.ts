import { readdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RepositoryRef } from '../../application/git-port.ts';
import {
  anywhere,
  git,
  scratchFolder,
  scratchRepository,
  scratchWorkspaces,
  session,
  sshTo,
  taskCommit,
  write,
} from './git-testing.ts';

function remote(networkSeconds = 60) {
  const source = scratchRepository({ 'a.txt': 'one\n', 'package.json': '{"scripts":{"test":"node --test"}}' });
  const environment = sshTo(scratchFolder());
  const scratch = scratchWorkspaces({ environment, mayReach: anywhere, networkSeconds });
  const url = `ssh://git@host.test${source}`;
  const repository: RepositoryRef = { id: 'repo-9', source: url, kind: 'url', baseBranch: 'main' };
  return { ...scratch, source, url, repository };
}

test('a URL is inspected without keeping anything', async () => {
  const { workspaces, url, source, dataDir } = remote();
  const headCommit = git(source, 'rev-parse', 'HEAD');
  expect(await workspaces.inspect(url, null)).toEqual({
    kind: 'url',
    source: url,
    name: source.split('/').at(-1),
    baseBranch: 'main',
    headCommit,
    bare: true,
    dirty: false,
    suggestedVerify: ['npm test'],
  });
  await expect(workspaces.inspect(url, 'missing')).rejects.toMatchObject({ details: [{ path: 'baseBranch' }] });
  expect(readdirSync(join(dataDir, 'mirrors'))).toEqual([]);
});

test('an empty remote and a missing one are refused on the source', async () => {
  const { workspaces, url } = remote();
  const empty = scratchFolder();
  git(empty, 'init', '--quiet');
  for (const [address, sentence] of [
    [`ssh://git@host.test${empty}`, /no commits/],
    [`${url}-missing`, /no repository/],
  ] as const) {
    await expect(workspaces.inspect(address, null)).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'source', message: expect.stringMatching(sentence) }],
    });
  }
});

test('a session branch starts at what the remote has now, and a fetch leaves session branches alone', async () => {
  const { workspaces, repository, source } = remote();
  await workspaces.prepare(repository);
  write(source, { 'b.txt': 'b' });
  git(source, 'add', '.');
  git(source, 'commit', '--quiet', '-m', 'Second');
  const { branch, baseCommit } = await workspaces.openBranch(repository, session);
  expect(baseCommit).toBe(git(source, 'rev-parse', 'main'));

  const worktree = await workspaces.openWorktree(repository, { id: 'a1', sessionSlug: 'IND-42', commit: baseCommit });
  write(worktree, { 'c.txt': 'c' });
  const made = await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit));
  await workspaces.merge(repository, branch, made ?? '', taskCommit('a1', baseCommit));
  // A branch of the same name on the remote, and a history that was rewritten there.
  git(source, 'branch', branch);
  git(source, 'commit', '--quiet', '--amend', '-m', 'Rewritten');
  const next = await workspaces.openBranch(repository, { ...session, id: 'session-2', slug: 'IND-43' });
  expect(next.baseCommit).toBe(git(source, 'rev-parse', 'main'));
  expect(await workspaces.head(repository, branch)).toBe(made);
});

test('a base branch that vanished on the remote is told by a sentence', async () => {
  const { workspaces, repository, source } = remote();
  await workspaces.prepare(repository);
  git(source, 'branch', '-m', 'main', 'trunk');
  await expect(workspaces.openBranch(repository, session)).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'baseBranch', message: expect.stringContaining('main no longer exists') }],
  });
});

test('two sessions at once share one fetch of a mirror that is not there yet', async () => {
  const { workspaces, repository } = remote();
  const opened = await Promise.all(
    ['IND-1', 'IND-2', 'IND-3'].map((slug) => workspaces.openBranch(repository, { id: slug, slug, teamSlug: 'forge' })),
  );
  expect(opened.map(({ branch }) => branch)).toEqual([
    'orchestrator/IND-1',
    'orchestrator/IND-2',
    'orchestrator/IND-3',
  ]);
});

test('a private address is refused unless an operator allows it', async () => {
  const { workspaces } = scratchWorkspaces();
  await expect(workspaces.inspect('https://127.0.0.1/x.git', null)).rejects.toMatchObject({
    details: [{ path: 'source', message: expect.stringContaining('OUTBOUND_ALLOW') }],
  });
});

test('a URL that hangs is given up with a sentence, over https and over ssh', async () => {
  const open = new Set<Socket>();
  const server = createServer((socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    const https = scratchWorkspaces({ outboundAllow: ['127.0.0.1'], networkSeconds: 1 });
    const ssh = scratchWorkspaces({
      environment: sshTo(scratchFolder(), 'sleep 600'),
      mayReach: anywhere,
      networkSeconds: 1,
    });
    for (const [workspaces, url] of [
      [https.workspaces, `https://127.0.0.1:${port}/x.git`],
      [ssh.workspaces, 'ssh://git@host.test/x.git'],
    ] as const) {
      await expect(workspaces.inspect(url, null)).rejects.toMatchObject({
        code: 'INVALID',
        details: [{ path: 'source', message: expect.stringMatching(/did not answer within 1 second/) }],
      });
    }
    expect(open.size).toBe(1);
  } finally {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});
