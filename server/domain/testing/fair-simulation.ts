import {
  agedClass,
  ageingSeconds,
  nextInTurn,
  type Ring,
  type Share,
  serviceCosts,
  type Waiter,
} from '../fair-share.ts';

/** What is put to the proof: the rule of the house, or a planted wrong one. */
export type Scheduler = typeof nextInTurn;

/** What one run saw. */
export interface Run {
  services: number;
  /** The longest wait, in services of other teams. */
  mostPassed: number;
  /** The nearest any service came to its bound, 0–1. */
  tightest: number;
}

interface Waiting extends Waiter {
  team: number;
  /** Services of each team when it came. */
  before: number[];
  /** Of its own team, who may be served before it: who waited when it came, and who came soon enough with a better class. */
  mayPass: number;
}

const start = Date.UTC(2026, 0, 1);

/**
 * One random history on a virtual clock: teams of unequal quota that flood, rest, withdraw and come back, several claimers
 * with few slots each. Throws, with the line that replays it, when a promise of `nextInTurn` does not hold.
 */
export function simulate(seed: number, scheduler: Scheduler = nextInTurn): Run {
  const random = generator(seed);
  const below = (n: number) => Math.floor(random() * n);
  const weights = Array.from({ length: 2 + below(5) }, () => [1, 3, 8, 10, 10, 25, 60][below(7)] ?? 10);
  const shares = new Map<string, Share>(weights.map((weight, team) => [String(team), { weight }]));
  const cost = below(2) === 0 ? serviceCosts.session : serviceCosts.attempt;
  const flooder = below(weights.length);
  const slots = Array.from({ length: 1 + below(3) }, () => Array.from({ length: 1 + below(4) }, () => 0));
  const served = weights.map(() => 0);
  const run: Run = { services: 0, mostPassed: 0, tightest: 0 };
  let waiting: Waiting[] = [];
  let ring: Ring = [];
  let clock = start;
  let made = 0;

  const fail = (what: string) => {
    throw new Error(`Seed ${seed}, service ${run.services}: ${what}. Replay: npm run simulate -- --seed ${seed}`);
  };

  function come(team: number): void {
    const one: Waiting = {
      id: String(made++).padStart(4, '0'),
      teamId: String(team),
      team,
      priority: below(5),
      since: new Date(clock),
      before: [...served],
      mayPass: waiting.filter((other) => other.team === team).length,
    };
    for (const other of waiting)
      if (
        other.team === team &&
        one.priority < other.priority &&
        clock < other.since.getTime() + other.priority * ageingSeconds * 1000
      )
        other.mayPass += 1;
    waiting.push(one);
  }

  function judge(one: Waiting): void {
    const since = (team: number) => (served[team] ?? 0) - (one.before[team] ?? 0);
    const own = since(one.team);
    if (own > one.mayPass) fail(`${own} of its own team passed ${one.id}, and ${one.mayPass} might`);
    const rounds = Math.ceil(((own + 1) * cost) / (weights[one.team] ?? 1));
    let passed = 0;
    for (const [team, weight] of weights.entries()) {
      if (team === one.team) continue;
      const bound = (rounds * weight) / cost + 1;
      if (since(team) > bound)
        fail(`team ${team} of weight ${weight} was served ${since(team)} times before ${one.id}, bound ${bound}`);
      run.tightest = Math.max(run.tightest, since(team) / bound);
      passed += since(team);
    }
    run.mostPassed = Math.max(run.mostPassed, passed);
  }

  function claim(most: number): Waiting[] {
    const now = new Date(clock);
    const turn = scheduler(ring, waiting, shares, now, most, cost);
    ring = turn.ring;
    const wanted = Math.min(most, waiting.length);
    if (turn.chosen.length !== wanted) fail(`${turn.chosen.length} were served where ${wanted} could be`);
    const gone = new Set(turn.chosen.map(({ id }) => id));
    if (gone.size !== wanted) fail('somebody was served twice');
    for (const one of turn.chosen) {
      judge(one);
      served[one.team] = (served[one.team] ?? 0) + 1;
      run.services += 1;
      if (agedClass(one, now) > one.priority) fail(`${one.id} has aged backwards`);
    }
    waiting = waiting.filter(({ id }) => !gone.has(id));
    return turn.chosen;
  }

  function claimAt(instance: number[]): void {
    const free = instance.flatMap((until, slot) => (until <= clock ? [slot] : []));
    for (const [place] of claim(free.length).entries()) instance[free[place] ?? 0] = clock + below(900) * 1000;
  }

  for (let step = 20 + below(40); step > 0; step -= 1) {
    clock += below(4) === 0 ? 0 : below(500) * 1000;
    const event = below(10);
    if (event < 4) for (let more = below(8); more > 0; more -= 1) come(flooder);
    else if (event < 8) come(below(weights.length));
    else if (event === 8 && waiting.length > 0) waiting.splice(below(waiting.length), 1);
    claimAt(slots[below(slots.length)] ?? []);
  }
  while (waiting.length > 0) {
    clock += 60_000;
    claim(1 + below(3));
  }
  return run;
}

/** Mulberry32 (T. Ettinger): a full period of 2³² from 32 bits of state, and fast. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
