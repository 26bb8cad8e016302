import { createContext, RouterContextProvider } from 'react-router';
import type { OpenLogin } from '../server/application/auth.ts';
import type { Services } from '../server/services.ts';

export const servicesContext = createContext<Services>();
export const nonceContext = createContext<string>();

/** What a page may know of the request that its `Request` does not say. */
export interface RequestFacts {
  readonly id: string;
  readonly address: string | null;
  /** Where browsers reach this, if it was configured: the last hop may look different. */
  readonly publicUrl: string | null;
  /** Tells the log of a failure nobody expected; the page only shows the request's id. */
  readonly report: (error: unknown) => void;
}
export const requestContext = createContext<RequestFacts>();

export type SignedIn = Readonly<OpenLogin>;
/** Set by the middleware of the protected layout; pages outside it have nobody signed in. */
export const signedInContext = createContext<SignedIn>();

interface LoadContext {
  services: Services;
  nonce: string;
  requestId?: string | undefined;
  address?: string | null | undefined;
  publicUrl?: string | null | undefined;
  report?: ((error: unknown) => void) | undefined;
}

/** Fills the typed context of one request; called by server/index.ts through `build.entry.module`. */
export function createLoadContext(values: LoadContext): RouterContextProvider {
  const context = new RouterContextProvider();
  context.set(servicesContext, values.services);
  context.set(nonceContext, values.nonce);
  context.set(requestContext, {
    id: values.requestId ?? crypto.randomUUID(),
    address: values.address ?? null,
    publicUrl: values.publicUrl ?? null,
    report: values.report ?? ((error) => console.error(error)),
  });
  return context;
}
