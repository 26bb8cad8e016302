import type { Route } from './route.ts';

/** A plain page that lists the operations, for `/api/v1/docs`: no script, no other origin. */
export function docsPage(routes: readonly Route[], nonce: string): string {
  const tags = [...new Set(routes.map((route) => route.tag))];
  const rows = (tag: string) =>
    routes
      .filter((route) => route.tag === tag)
      .map(
        (route) =>
          `<tr><td><code>${route.method.toUpperCase()}</code></td><td><code>/api/v1${safe(route.path)}</code></td><td>${safe(route.summary)}</td><td><code>${safe(parametersOf(route))}</code></td></tr>`,
      )
      .join('');
  const sections = tags
    .map(
      (tag) =>
        `<h2>${safe(tag)}</h2><table><thead><tr><th>Method</th><th>Path</th><th>What it does</th><th>Query</th></tr></thead><tbody>${rows(tag)}</tbody></table>`,
    )
    .join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>API · OpenCode Industrial Orchestrator</title><style nonce="${safe(nonce)}">body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#111;background:#fff}table{border-collapse:collapse;width:100%}td,th{border-top:1px solid #999;padding:.4rem .6rem;text-align:left;vertical-align:top}code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}</style></head><body><main><h1>API</h1><p>Send <code>Authorization: Bearer &lt;token&gt;</code>; make a token on the account page. JSON in and out. The whole contract, with every field, is the OpenAPI document at <a href="/api/v1/openapi.json"><code>/api/v1/openapi.json</code></a>.</p>${sections}</main></body></html>`;
}

function parametersOf(route: Route): string {
  return Object.keys(route.query ?? {}).join(' ');
}

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
