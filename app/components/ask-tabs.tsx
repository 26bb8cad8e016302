import type { ReactNode } from 'react';
import { FilterTabs } from './filter-tabs.tsx';

/** The three pages about what agents ask. */
export function AskTabs({ on, aside }: { on: 'waiting' | 'answered' | 'rules'; aside?: ReactNode }) {
  return (
    <FilterTabs
      label="Which asks"
      tabs={[
        { to: '/asks', words: 'Waiting', on: on === 'waiting' },
        { to: '/asks/answered', words: 'Answered', on: on === 'answered' },
        { to: '/asks/rules', words: 'Rules', on: on === 'rules' },
      ]}
      aside={aside}
    />
  );
}
