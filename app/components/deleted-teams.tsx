import { Form, useNavigation } from 'react-router';
import { dateTime, plural } from '../format.ts';
import { Panel } from './page.tsx';
import { ProofField } from './proof.tsx';
import { Bar } from './ui/button.tsx';

/** Teams that were deleted by two people, and the way back. */
export function DeletedTeams({
  teams,
}: {
  teams: readonly { id: string; name: string; slug: string; deletedAt: Date | null }[];
}) {
  const { state, formData } = useNavigation();
  const asked = state === 'submitting' && formData?.get('intent') === 'team_undelete' ? formData.get('id') : null;
  return (
    <Panel title="Deleted teams of yours" aside={plural(teams.length, 'team')}>
      <ul>
        {teams.map(({ id, name, slug, deletedAt }) => (
          <li key={id} className="flex flex-col gap-2 border-b border-line-1 p-3 lg:p-4">
            <p>
              <span className="font-semibold">{name}</span> <span className="font-data text-data">{slug}</span>
              {deletedAt !== null && <span className="text-ink-2">, deleted {dateTime(deletedAt)}</span>}
            </p>
            <Form method="post" action="/approvals/new" className="flex flex-col gap-2">
              <input type="hidden" name="intent" value="team_undelete" />
              <input type="hidden" name="id" value={id} />
              <ProofField />
              <Bar
                label="Bring it back"
                consequence="As it was; possible for 30 days after it was deleted"
                pending={asked === id ? 'Bringing it back' : null}
                weight="plain"
              />
            </Form>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
