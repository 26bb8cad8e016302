import { createContext, RouterContextProvider } from 'react-router';
import type { Services } from '../server/services.ts';

export const servicesContext = createContext<Services>();
export const nonceContext = createContext<string>();

/** Fills the typed context of one request; called by server/index.ts through `build.entry.module`. */
export function createLoadContext(values: { services: Services; nonce: string }): RouterContextProvider {
  const context = new RouterContextProvider();
  context.set(servicesContext, values.services);
  context.set(nonceContext, values.nonce);
  return context;
}
