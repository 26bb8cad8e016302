import { Link } from 'react-router';
import { FilterTabs } from './filter-tabs.tsx';

/** The two questions one can put to the routing. */
export function RoutingTabs({ on }: { on: 'dry-run' | 'what-if' }) {
  return (
    <FilterTabs
      label="Questions to the routing"
      tabs={[
        { to: '/routing', words: 'Dry run', on: on === 'dry-run' },
        { to: '/routing/what-if', words: 'What if', on: on === 'what-if' },
      ]}
      aside={
        <Link to="/agents" className="flex min-h-11 items-center underline">
          Agents
        </Link>
      }
    />
  );
}
