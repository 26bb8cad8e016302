/** A script for the sample repository that touches everything once: files, edits (one mends its failing test), the tests, one permission. */
export const rehearsalSample = `Give the library a greeting and prove that it works.

\`\`\`rehearsal
- say: I add the greeting, then run the tests.
- write: { path: src/greeting.ts, content: "export const greeting = (name: string): string => \`Hello, \${name}\`;\\n" }
- write: { path: notes/greeting.md, content: "# Greeting\\n\\nSays hello.\\n" }
- edit: { path: notes/greeting.md, find: "Says hello.", replace: "Says hello to whoever is named." }
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- bash: npm test
- ask: npm publish --dry-run
- say: Done. The greeting is in src/greeting.ts.
\`\`\`
`;
