import { data, Form, redirect } from 'react-router';
import type { TeamPerson } from '../../../server/application/people-data.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader } from '../../components/page.tsx';
import { ProofField } from '../../components/proof.tsx';
import { Notice } from '../../components/states.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/personal-data.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Personal data');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => ({
  people: await context.get(servicesContext).peopleData.list(actorOf(context)),
  erased: url.searchParams.get('erased'),
}));

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const form = await request.formData();
  const id = String(form.get('id') ?? '');
  if (form.get('intent') === 'export') {
    await requireProof(args, form, 'data.export');
    return redirect(`/admin/personal-data/${encodeURIComponent(id)}`);
  }
  await requireProof(args, form, 'data.erase');
  try {
    await context.get(servicesContext).peopleData.erase(actorOf(context), id, String(form.get('confirmation') ?? ''));
    return redirect(`/admin/personal-data?erased=${encodeURIComponent(id.slice(0, 8))}`);
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'INVALID' && known?.code !== 'CONFLICT') throw error;
    return data({ mistake: known.message }, { status: httpStatusOf(known.code) });
  }
});

const columns = [{ words: 'Person' }, { words: 'Role', wide: true }, { words: 'Export' }, { words: 'Erase' }];

/** What the program keeps of people, and how they get it, or get out of it. */
export default function PersonalData({ loaderData: { people, erased }, actionData }: Route.ComponentProps) {
  return (
    <>
      <PageHeader
        title="Personal data"
        note="What is kept of each person of the team, as JSON, and how a person who left is forgotten: what they made and wrote stays, and is a former member's."
      />
      {actionData !== undefined && <Notice>{actionData.mistake}</Notice>}
      {erased !== null && <Notice>The person is erased; what they did stands there as Former member {erased}.</Notice>}
      <Table caption={`${plural(people.length, 'person', 'people')} of the team`} columns={columns}>
        {people.map((person) => (
          <tr key={person.id} className="border-b border-line-1">
            <Cell>
              <span className="font-semibold">{person.name}</span>
              <span className="block break-all text-data text-ink-2">{person.email}</span>
            </Cell>
            <Cell wide>{person.role}</Cell>
            <Cell>
              {/* A file, not a page: the browser sends it. */}
              <Form method="post" reloadDocument>
                <input type="hidden" name="id" value={person.id} />
                <ProofField />
                <Button type="submit" name="intent" value="export">
                  Export JSON<span className="sr-only"> of {person.name}</span>
                </Button>
              </Form>
            </Cell>
            <Cell>
              <Erase person={person} />
            </Cell>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Erase({ person: { id, name, email, refusal } }: { person: TeamPerson }) {
  return (
    <Confirm
      trigger="Erase"
      title={`Erase ${name}?`}
      confirm="Erase for good"
      fields={{ id, intent: 'erase' }}
      typed={email}
      refusal={refusal}
      proof
    >
      Name, address, password, logins and tokens go; in timelines, comments, waivers and the program’s own sentences
      stands Former member {id.slice(0, 8)}. What {name} wrote stays as it was written, also where it names somebody:
      goals, prompts, answers, comments, reasons, contexts. Sessions and commits stay too. The audit keeps the bare id,
      and that you did this. It cannot be undone.
    </Confirm>
  );
}
