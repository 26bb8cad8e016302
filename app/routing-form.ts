import { type RouteWeights, routeWeights } from '../server/domain/routing.ts';
import { given, list, numeric } from './form.ts';
import { partNames } from './routing-candidates.ts';

/** The dry run as its address holds it. */
export interface DryRunForm {
  requiredCapabilities?: string[] | undefined;
  technologies?: string | undefined;
  sessionType?: string | undefined;
  complexity?: string | undefined;
  preferredAgent?: string | undefined;
  preferredAgentType?: string | undefined;
}

export const dryRunLabels = {
  requiredCapabilities: 'Required capabilities',
  technologies: 'Technologies',
  sessionType: 'Session type',
  complexity: 'Complexity',
  preferredAgent: 'Asked-for agent',
  preferredAgentType: 'Asked-for type',
};

/** A dry run's request out of the form's texts. */
export function dryRunValues({ requiredCapabilities, technologies, ...rest }: Record<string, unknown>): unknown {
  return { ...rest, requiredCapabilities: [requiredCapabilities ?? []].flat(), technologies: list(technologies) };
}

/** The what-if as its address holds it. */
export type WhatIfForm = {
  weights?: Partial<Record<keyof RouteWeights, string>> | undefined;
  days?: string | undefined;
};

/** Six weights and a number of days out of the form's texts. */
export function whatIfValues({ weights, days, ...rest }: Record<string, unknown>): unknown {
  const texts = given(weights);
  return {
    ...rest,
    weights: Object.fromEntries(partNames.map((name) => [name, numeric(texts[name] ?? 0)])),
    ...(days === undefined ? {} : { days: numeric(days) }),
  };
}

/** The weights that are in force, as texts. */
export function weightTexts(weights: RouteWeights = routeWeights): Record<keyof RouteWeights, string> {
  const { capability, performance, load, technology, sessionType, complexity } = weights;
  return {
    capability: String(capability),
    performance: String(performance),
    load: String(load),
    technology: String(technology),
    sessionType: String(sessionType),
    complexity: String(complexity),
  };
}

/** What the weights add up to, free of the noise of binary fractions; null while one is no number. */
export function sumOf(texts: readonly string[]): number | null {
  const numbers = texts.map((text) => (text.trim() === '' ? 0 : Number(text)));
  if (numbers.some((number) => Number.isNaN(number))) return null;
  return Math.round(numbers.reduce((sum, number) => sum + number, 0) * 1e9) / 1e9;
}

/** Why the weights cannot be tried; null when they can. */
export function sumRefusal(sum: number | null): string | null {
  if (sum === null) return 'One of the weights is not a number.';
  if (sum === 1) return null;
  const off = Math.round(Math.abs(sum - 1) * 1e9) / 1e9;
  return `They add up to ${sum}, ${off} ${sum < 1 ? 'short of' : 'more than'} 1.`;
}
