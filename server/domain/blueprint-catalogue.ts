/** Where a blueprint of the catalogue came from (domain.md 4). */
export type BlueprintOrigin =
  | { readonly kind: 'built_in' }
  | { readonly kind: 'edited' }
  | { readonly kind: 'session'; readonly sessionId: string; readonly slug: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'git'; readonly url: string; readonly ref: string; readonly commit: string; readonly path: string }
  | { readonly kind: 'https'; readonly url: string; readonly sha256: string };
