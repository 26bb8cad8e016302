import { Form } from 'react-router';
import { type Role, roles } from '../../../server/domain/actor.ts';
import type { MemberState } from '../../../server/domain/member.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { useSending } from '../../hooks/use-sending.ts';
import { roleWords } from '../../member-signs.ts';

/** Why something cannot be done about this member, each a sentence; null where it can. */
export interface PersonRefusals {
  /** Another role, deactivating, removing. */
  readonly lastAdmin: string | null;
  /** The second factor. */
  readonly account: string | null;
  /** The password. */
  readonly reset: string | null;
}

interface PersonCommandsProps {
  member: { id: string; name: string; email: string; role: Role; state: MemberState; secondFactor: boolean };
  self: boolean;
  refusals: PersonRefusals;
}

/** What an admin can do about a member. */
export function PersonCommands({ member, self, refusals }: PersonCommandsProps) {
  const { name, email, role, state, secondFactor } = member;
  const pending = useSending('Changing', 'role');
  return (
    <div className="flex max-w-3xl flex-col gap-3 p-3 lg:p-4">
      <Form method="post" className="flex flex-col gap-3 border-b border-line-1 pb-4">
        <input type="hidden" name="intent" value="role" />
        <fieldset className="flex flex-col gap-px border border-line-3 bg-line-1" key={role}>
          <legend className="sr-only">Role of {name}</legend>
          {roles.map((one) => (
            <label
              key={one}
              className="flex min-h-11 cursor-pointer items-center gap-3 bg-surface-0 px-3 has-checked:bg-surface-3"
            >
              <input type="radio" name="role" value={one} defaultChecked={one === role} className="size-5 shrink-0" />
              <span>
                <b className="engraved text-data">{one}</b>{' '}
                <span className="text-data text-ink-2">{roleWords[one]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <ProofField />
        <Bar
          label="Change the role"
          consequence={
            state === 'invited'
              ? 'The link stays good and leads to the new role'
              : self
                ? 'Holds at once on everything you have open; your other logins here end'
                : 'Holds at once on everything they have open; their logins here end'
          }
          refusal={role === 'admin' ? refusals.lastAdmin : null}
          pending={pending}
        />
      </Form>
      {state === 'invited' ? (
        <>
          <Form method="post" className="flex flex-col gap-3">
            <input type="hidden" name="intent" value="renew" />
            <ProofField />
            <Bar weight="plain" label="Make a new link" consequence="Good for 7 days; the one before is good no more" />
          </Form>
          <Confirm
            trigger="Revoke the invitation"
            consequence="The link is good for nothing from now on"
            title={`Take back the invitation of ${name}?`}
            confirm="Take it back"
            fields={{ intent: 'revoke' }}
          >
            Whoever opens the link is told to ask for another. They can be invited again at any time.
          </Confirm>
        </>
      ) : (
        <>
          <Confirm
            trigger="Reset the password"
            consequence="Makes a link that works once, for 24 h"
            title={`Make a link that sets ${name}'s password?`}
            confirm="Make the link"
            fields={{ intent: 'reset' }}
            proof
            weight="plain"
            refusal={refusals.reset}
          >
            Their present password stays until the link is used; then every login of theirs ends. Whoever holds the link
            can use it, so hand it to {email} alone. The record says that you made it.
          </Confirm>
          <Confirm
            trigger="Take the second factor off"
            consequence="For somebody who lost app and recovery codes"
            title={`Take ${name}'s second factor off?`}
            confirm="Take it off"
            fields={{ intent: 'second_factor_off' }}
            proof
            weight="plain"
            refusal={secondFactor ? refusals.account : 'They have none.'}
          >
            Every login of theirs ends, and the next sign-in asks for the password alone. Be sure that it is them who
            asked you.
          </Confirm>
          {state === 'deactivated' ? (
            <Form method="post" className="flex flex-col gap-3">
              <input type="hidden" name="intent" value="reactivate" />
              <ProofField />
              <Bar weight="plain" label="Reactivate" consequence={`They may sign in again, as ${role}`} />
            </Form>
          ) : (
            <Confirm
              trigger="Deactivate"
              consequence="Keeps them out; everything of theirs stays"
              title={`Deactivate ${name}?`}
              confirm="Deactivate"
              fields={{ intent: 'deactivate' }}
              proof
              refusal={refusals.lastAdmin}
            >
              {self ? 'You are' : 'They are'} signed out of this team at once, and tokens stop working until an admin
              reactivates {self ? 'you' : 'them'}. Sessions go on.
            </Confirm>
          )}
          <Confirm
            trigger="Remove from the team"
            consequence="Ends logins and tokens; what they made stays"
            title={`Remove ${name} from the team?`}
            confirm="Remove"
            fields={{ intent: 'remove' }}
            proof
            refusal={refusals.lastAdmin}
          >
            {self ? 'Your' : 'Their'} tokens here are revoked for good. {self ? 'You' : 'They'} can come back by an
            invitation only.
          </Confirm>
        </>
      )}
    </div>
  );
}
