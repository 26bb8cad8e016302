import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { addSession, type Instance, whileTicking } from './house.ts';
import {
  active,
  type Expected,
  type ExpectedSession,
  inspect,
  type Real,
  refused,
  type SessionCommand,
  settle,
} from './session-model.ts';

type Side = 0 | 1;
const other = (side: Side): Side => (side === 0 ? 1 : 0);
const busy = (model: Expected) => model.sessions.filter(({ status }) => active(status)).length;

function command(
  name: string,
  run: (model: Expected, real: Real) => Promise<void>,
  check: (model: Expected) => boolean = () => true,
): SessionCommand {
  return {
    check,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      await inspect(real, model);
    },
  };
}

/** A command on one of the sessions there are, given through either instance. */
function onSession(
  name: string,
  act: (session: ExpectedSession, by: Instance, model: Expected, real: Real) => Promise<void>,
): fc.Arbitrary<SessionCommand> {
  return fc.tuple(fc.nat(5), fc.constantFrom<Side>(0, 1)).map(([pick, side]) =>
    command(
      `${name}(${pick}, by ${side + 1})`,
      async (model, real) => {
        const session = model.sessions[pick % model.sessions.length] as ExpectedSession;
        await act(session, real.instances[side], model, real);
      },
      ({ sessions }) => sessions.length > 0,
    ),
  );
}

/** What is deleted is not found, and what the rules do not list is refused; both leave everything as it was. */
async function unless(
  possible: boolean,
  session: ExpectedSession,
  call: () => Promise<unknown>,
  done: () => Promise<void> | void,
): Promise<void> {
  if (session.deleted) return refused('NOT_FOUND', call());
  if (!possible) return refused('INVALID_TRANSITION', call());
  await done();
}

/** Whoever ticks claims what is queued, exactly once each, and an agent begins. */
function claim(model: Expected, side: Side): ExpectedSession[] {
  const claimed = model.sessions.filter(({ status }) => status === 'queued');
  for (const session of claimed) Object.assign(session, { status: 'running', owner: side, begun: true, open: true });
  return claimed;
}

/** A command whose effect the owner brings, while it goes on with everything else it does in a tick. */
async function whileOwnerTicks(
  session: ExpectedSession,
  model: Expected,
  real: Real,
  call: () => Promise<unknown>,
): Promise<void> {
  const { owner } = session;
  if (owner === null) return void (await call());
  const { dispatcher } = real.instances[owner];
  await whileTicking(dispatcher, call());
  for (const claimed of claim(model, owner)) await settle(real, claimed, [real.instances[owner]]);
}

const create = fc.boolean().map((start) =>
  command(`create(${start ? 'started' : 'pending'})`, async (model, real) => {
    const make = () => addSession(real.instances[0], real.place, { start });
    if (busy(model) >= model.quota) return refused('QUOTA_EXCEEDED', make());
    const { id } = await make();
    const status = start ? 'queued' : 'pending';
    const nothing = { owner: null, deleted: false, retries: 0, losses: 0, checkpoints: 0, begun: false, open: false };
    model.sessions.push({ id, status, ...nothing });
  }),
);

const start = onSession('start', async (session, by, _, { place }) => {
  const call = () => by.services.sessions.start(place.member, session.id).then(() => undefined);
  const admin = () => by.services.sessions.start(place.admin, session.id);
  if (!session.deleted) await refused('FORBIDDEN', call());
  await unless(session.status === 'pending', session, admin, async () => {
    await admin();
    session.status = 'queued';
  });
});

const pause = onSession('pause', async (session, by, model, real) => {
  const call = () => by.services.sessions.pause(real.place.admin, session.id);
  await unless(session.status === 'queued' || session.status === 'running', session, call, async () => {
    await whileOwnerTicks(session, model, real, call);
    Object.assign(session, { status: 'paused', owner: null });
  });
});

const resume = onSession('resume', async (session, by, _, { place }) => {
  const call = () => by.services.sessions.resume(place.admin, session.id);
  await unless(session.status === 'paused', session, call, async () => {
    await call();
    session.status = 'queued';
  });
});

const stop = onSession('stop', async (session, by, model, real) => {
  const call = () => by.services.sessions.stop(real.place.admin, session.id);
  await unless(session.status === 'paused' || session.status === 'running', session, call, async () => {
    await whileOwnerTicks(session, model, real, call);
    Object.assign(session, { status: 'stopped', owner: null, open: false });
  });
});

const cancel = onSession('cancel', async (session, by, _, { place }) => {
  const call = () => by.services.sessions.cancel(place.admin, session.id);
  await unless(['pending', 'queued', 'paused'].includes(session.status), session, call, async () => {
    await call();
    Object.assign(session, { status: 'cancelled', open: false });
  });
});

const retry = onSession('retry', async (session, by, model, { place }) => {
  const call = () => by.services.sessions.retry(place.admin, session.id);
  const ended = session.status === 'stopped' || session.status === 'orphaned';
  const recoverable = ended && session.retries < 3 && (session.checkpoints > 0 || !session.begun);
  await unless(recoverable, session, call, async () => {
    if (busy(model) >= model.quota) return refused('QUOTA_EXCEEDED', call());
    await call();
    // What has begun is kept by a checkpoint of its own before it is taken up again.
    const checkpoints = session.checkpoints + (session.begun ? 1 : 0);
    Object.assign(session, { status: 'queued', retries: session.retries + 1, losses: 0, checkpoints });
  });
});

const checkpoint = onSession('checkpoint', async (session, by, _, { place }) => {
  const call = () => by.services.checkpoints.create(place.admin, session.id);
  await unless(session.begun, session, call, async () => {
    await call();
    session.checkpoints += 1;
  });
});

const remove = onSession('delete', async (session, by, _, { place }) => {
  const call = () => by.services.sessions.remove(place.admin, session.id);
  await unless(session.status !== 'running', session, call, async () => {
    await call();
    session.deleted = true;
    if (active(session.status)) Object.assign(session, { status: 'cancelled', open: false });
  });
});

const undelete = onSession('undelete', async (session, by, _, { place }) => {
  const call = () => by.services.sessions.undelete(place.admin, session.id);
  if (!session.deleted) return refused('INVALID_TRANSITION', call());
  await call();
  session.deleted = false;
});

const tick = fc.constantFrom<Side>(0, 1).map((side) =>
  command(`tick(${side + 1})`, async (model, real) => {
    await real.instances[side].dispatcher.tick();
    for (const session of claim(model, side)) await settle(real, session, [real.instances[side]]);
  }),
);

const finish = onSession('finish', async (session, _, model, real) => {
  const told = real.finish(session.id);
  if (session.status !== 'running' || session.owner === null) return told.done();
  // A checkpoint after the task; progress forgives the owners that were lost.
  const checkpoints = session.checkpoints + 1;
  const { owner } = session;
  Object.assign(session, { status: 'completed', owner: null, open: false, losses: 0, checkpoints });
  for (const seen of [session, ...claim(model, owner)]) await settle(real, seen, [real.instances[owner]]);
  told.done();
});

/** The leases of one instance run out while it goes on unaware: the other takes over, and it finds itself refused. */
const lose = fc.constantFrom<Side>(0, 1).map((side) =>
  command(`lose(${side + 1})`, async (model, real) => {
    const heir = real.instances[other(side)];
    const lost = model.sessions.filter(({ owner }) => owner === side);
    await real.house.opened.database.db.execute(
      sql`update sessions set lease_expires_at = clock_timestamp() - interval '1 second' where owner = ${`house.${side + 1}`}`,
    );
    for (const session of lost) {
      if (session.losses === 3) Object.assign(session, { status: 'orphaned', owner: null, open: false });
      else Object.assign(session, { owner: other(side), losses: session.losses + 1 });
    }
    await heir.dispatcher.tick();
    for (const session of [...lost, ...claim(model, other(side))]) await settle(real, session, [heir]);
    await real.instances[side].dispatcher.renew();
  }),
);

/** Twice in the list is twice as likely. */
export const sessionCommands: fc.Arbitrary<SessionCommand>[] = [
  create,
  create,
  start,
  tick,
  tick,
  pause,
  resume,
  stop,
  cancel,
  retry,
  checkpoint,
  finish,
  remove,
  undelete,
  lose,
  lose,
];
