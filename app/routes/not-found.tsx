import { DomainError } from '../../server/domain/errors.ts';
import { guarded } from '../errors.server.ts';
import type { Route } from './+types/not-found.ts';

const nothing = guarded(async ({ url }: Route.LoaderArgs) => {
  throw new DomainError('NOT_FOUND', `There is no page at ${url.pathname}.`);
});

export const loader = nothing;
export const action = nothing;

// Never drawn: the loader always leads to the error page of the room. Its presence makes this a page and not a file.
export default function NotFound() {
  return null;
}
