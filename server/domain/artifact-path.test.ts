import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathProblem } from './artifact-path.ts';

test.each(['a.txt', 'src/a.ts', '.gitignore', 'a..b/c', 'git/config', '.github/x.yml', 'ünï/漢.txt', 'a b', '-x'])(
  '%s may be written',
  (path) => expect(pathProblem(path)).toBeNull(),
);

test.each([
  ['/etc/passwd', 'absolute'],
  ['\\\\host\\x', 'absolute'],
  ['C:/x', 'absolute'],
  ['../x', 'out of the repository'],
  ['a/../../x', 'out of the repository'],
  ['a/..', 'out of the repository'],
  ['a//b', 'empty part'],
  ['./a', 'empty part'],
  ['a/', 'empty part'],
  ['a\\b', 'backslash'],
  ['a\nb', 'control character'],
  ['.git/hooks/pre-commit', "git's own"],
  ['sub/.GIT/config', "git's own"],
  ['.git./x', "git's own"],
  ['.g\u200cit/x', "git's own"],
  ['git~1/x', "git's own"],
  ['.git::$INDEX_ALLOCATION/x', "git's own"],
])('%j is refused', (path, why) => expect(pathProblem(path)).toContain(why));

test('whatever is allowed stays below the top, wherever the top is', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '.git', '.GIT ', 'b.c', '\\', 'C:');
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const path = parts.join('/');
      if (pathProblem(path) !== null) return;
      const resolved = new URL(path.split('/').map(encodeURIComponent).join('/'), 'file:///top/here/').pathname;
      expect(resolved).toMatch(/^\/top\/here\/./);
      expect(resolved.toLowerCase()).not.toMatch(/\/\.git(\/|$)/);
    }),
  );
});
