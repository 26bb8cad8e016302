import { Form, Link } from 'react-router';
import { priorities } from '../../server/domain/session.ts';
import type { SessionViewFilter } from '../../server/domain/session-view.ts';
import { searchOf, sorts } from '../session-filter.ts';
import { Glyph } from './glyph.tsx';
import { Button } from './ui/button.tsx';

interface SessionSearchProps {
  filter: SessionViewFilter;
  repositories: Readonly<Record<string, string>>;
  /** Who the owner in the filter is. */
  ownerName: string | null;
}

/** Words, order and the filters that are no state: a plain form, so that every search is an address. */
export function SessionSearch({ filter, repositories, ownerName }: SessionSearchProps) {
  return (
    <div className="border-b-2 border-line-2">
      <Form
        // Another filter shows its own values.
        key={searchOf(filter)}
        method="get"
        role="search"
        className="flex flex-wrap items-end gap-2 px-3 py-3 lg:px-4"
      >
        {[
          ...(filter.status ?? []).map((value) => ['status', value]),
          ...(filter.attention ?? []).map((value) => ['attention', value]),
        ].map(([name, value]) => (
          <input key={value} type="hidden" name={name} value={value} />
        ))}
        {filter.ended !== undefined && <input type="hidden" name="ended" value={filter.ended} />}
        {filter.createdBy !== undefined && <input type="hidden" name="owner" value={filter.createdBy} />}
        <label className="min-w-48 flex-1">
          <span className="engraved text-micro text-ink-3">Find in title, goal and slug</span>
          <input type="search" name="q" defaultValue={filter.q} maxLength={200} className="control" />
        </label>
        {/* Behind one bar on a phone, so that the first row is on its first screen; side by side everywhere else. */}
        <details className="group order-last w-full sm:order-none sm:contents sm:details-content:[content-visibility:visible] sm:details-content:contents">
          <summary className="engraved flex min-h-11 items-center justify-between border border-line-3 px-3 text-data sm:hidden">
            Tag, repository, priority, order
            <span aria-hidden="true" className="font-data group-open:rotate-180">
              ▾
            </span>
          </summary>
          <div className="flex flex-wrap gap-2 pt-2 sm:contents">
            <label className="min-w-32 flex-1 sm:w-40 sm:flex-none">
              <span className="engraved text-micro text-ink-3">Tag</span>
              <input name="tag" defaultValue={filter.tag?.[0]} maxLength={40} className="control" />
            </label>
            <label className="min-w-32 flex-1 sm:w-44 sm:flex-none">
              <span className="engraved text-micro text-ink-3">Repository</span>
              <select name="repository" defaultValue={filter.repositoryId ?? ''} className="control">
                <option value="">All</option>
                {Object.entries(repositories).map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <label className="min-w-32 flex-1 sm:w-32 sm:flex-none">
              <span className="engraved text-micro text-ink-3">Priority</span>
              <select name="priority" defaultValue={filter.priority?.[0] ?? ''} className="control">
                <option value="">All</option>
                {priorities.map((word, value) => (
                  <option key={word} value={value}>
                    {word}
                  </option>
                ))}
              </select>
            </label>
            <label className="min-w-32 flex-1 sm:w-44 sm:flex-none">
              <span className="engraved text-micro text-ink-3">Order</span>
              <select name="sort" defaultValue={filter.sort} className="control">
                {Object.entries(sorts).map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </details>
        <Button type="submit">Find</Button>
      </Form>
      <ActiveFilters filter={filter} repositories={repositories} ownerName={ownerName} />
    </div>
  );
}

/** What narrows the list beside the states, each a chip that takes itself away. */
function ActiveFilters({ filter, repositories, ownerName }: SessionSearchProps) {
  const { q, tag = [], createdBy, repositoryId, priority = [], ended, ...rest } = filter;
  const without = (more: SessionViewFilter) => searchOf({ ...rest, ...more });
  const all: SessionViewFilter = {
    ...(q === undefined ? {} : { q }),
    ...(tag.length === 0 ? {} : { tag }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(repositoryId === undefined ? {} : { repositoryId }),
    ...(priority.length === 0 ? {} : { priority }),
    ...(ended === undefined ? {} : { ended }),
  };
  const { q: _q, ...notWords } = all;
  const { createdBy: _c, ...notOwner } = all;
  const { repositoryId: _r, ...notRepository } = all;
  const { ended: _e, ...notEnded } = all;
  const chips = [
    ...(q === undefined ? [] : [{ words: `“${q}”`, to: without(notWords) }]),
    ...tag.map((one) => ({ words: `#${one}`, to: without({ ...all, tag: tag.filter((other) => other !== one) }) })),
    ...(createdBy === undefined ? [] : [{ words: `owner ${ownerName ?? 'unknown'}`, to: without(notOwner) }]),
    ...(repositoryId === undefined
      ? []
      : [{ words: `repository ${repositories[repositoryId] ?? 'removed'}`, to: without(notRepository) }]),
    ...(ended === undefined ? [] : [{ words: 'ended in the last 24 h', to: without(notEnded) }]),
    ...priority.map((one) => ({
      words: `priority ${priorities[one] ?? one}`,
      to: without({ ...all, priority: priority.filter((other) => other !== one) }),
    })),
  ];
  if (chips.length === 0) return null;
  return (
    <ul aria-label="Filters" className="flex flex-wrap border-t border-line-1">
      {chips.map(({ words, to }) => (
        <li key={words} className="border-r border-line-1">
          <Link
            to={to}
            preventScrollReset
            className="flex min-h-11 items-center gap-2 bg-inverse px-3 font-data text-micro text-on-inverse lg:px-4"
          >
            {words}
            <Glyph name="cross" size={10} />
            <span className="sr-only">, take this filter away</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
