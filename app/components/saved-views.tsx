import clsx from 'clsx';
import { Form, Link } from 'react-router';
import { count } from '../format.ts';
import { Button } from './ui/button.tsx';

interface ListedView {
  /** null: one that everybody has. */
  readonly id: string | null;
  readonly name: string;
  readonly search: string;
  readonly count: number;
}

interface SavedViewsProps {
  views: readonly ListedView[];
  /** The address of what is shown now. */
  here: string;
  /** What went wrong with the name of the view to keep. */
  error: string | null;
}

/** Ways to look at the list, each an address with its count: those everybody has, then one's own. */
export function SavedViews({ views, here, error }: SavedViewsProps) {
  const own = views.find((view) => view.id !== null && view.search === here);
  const known = views.some((view) => view.search === here);
  return (
    <div className="flex flex-wrap items-stretch border-b border-line-2">
      <nav aria-label="Views" className="relative min-w-0 overflow-x-auto">
        <ul className="flex lg:flex-wrap">
          {views.map((view) => (
            <li key={view.id ?? view.name} className="border-r border-line-1">
              <Link
                to={view.search}
                aria-current={view.search === here ? 'true' : undefined}
                className={clsx(
                  'flex min-h-11 items-center gap-2 whitespace-nowrap px-3 lg:px-4',
                  view.search === here
                    ? 'bg-inverse text-on-inverse'
                    : 'text-ink-2 hover:bg-surface-2 hover:text-ink-1',
                )}
              >
                <span className={view.id === null ? 'engraved text-data' : 'text-data font-semibold'}>{view.name}</span>
                <span className="font-data text-micro">{count(view.count)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {own !== undefined && (
        <Form method="post" action={`/sessions${here}`} className="flex">
          <input type="hidden" name="id" value={own.id ?? ''} />
          <Button type="submit" name="intent" value="remove_view" className="border-y-0 border-l-0">
            Remove view {own.name}
          </Button>
        </Form>
      )}
      {!known && (
        <Form method="post" action={`/sessions${here}`} className="flex min-w-0 flex-1 items-stretch">
          <label className="flex min-w-0 flex-1 items-center gap-2 pl-3 lg:max-w-96">
            <span className="engraved whitespace-nowrap text-micro text-ink-3">Keep this view as</span>
            <input
              name="name"
              required
              maxLength={60}
              aria-invalid={error === null ? undefined : true}
              aria-describedby={error === null ? undefined : 'view-error'}
              className="control min-w-24 border-y-0!"
            />
          </label>
          <Button type="submit" name="intent" value="save_view" className="border-y-0">
            Keep
          </Button>
        </Form>
      )}
      {error !== null && (
        <p id="view-error" role="alert" className="w-full px-3 py-1 text-data font-semibold text-broken lg:px-4">
          {error}
        </p>
      )}
    </div>
  );
}
