/**
 * Random small programs over all primitives, for comparing what a reduced search sees with what there is.
 *
 * A program is a few goroutines, and a goroutine is a list of actions. An action ends its step, by itself or with a yield
 * behind it, unless it is glued to the next one. Misuse is part of the game.
 *
 * @module
 */

import {
  afterFunc,
  background,
  callAfter,
  type CallTimer,
  type CancelContext,
  cause,
  Channel,
  Cond,
  ErrGroup,
  go,
  Mutex,
  Once,
  RateLimiter,
  RWMutex,
  select,
  Semaphore,
  SingleFlight,
  sleep,
  Sometimes,
  Timer,
  trySelect,
  WaitGroup,
  withCancel,
  yieldNow,
} from "../../mod.ts";
import type { Resource } from "../../runtime/observer.ts";
import type { RandomSource } from "../../testing/random_source.ts";
import { Shared } from "../../testing/shared.ts";
import { wrap } from "../../testing/wrap.ts";

/** OutcomeProgram is a program as data, so that it can be printed and shrunk. */
export interface OutcomeProgram {
  /** The capacities of the two channels. */
  readonly capacities: readonly [number, number];
  /** What the WaitGroup counts at the start. */
  readonly count: number;
  /** Goroutines; an action that ends in "&" is glued to the next one, and "a || b" are in flight at once. */
  readonly goroutines: readonly (readonly string[])[];
}

/** What the goroutines share. */
class World {
  readonly x = new Shared(0);
  readonly y = new Shared(0, { atomic: true });
  readonly c: Channel<number>;
  readonly d: Channel<number>;
  readonly m = new Mutex();
  readonly rw = new RWMutex();
  readonly wg = new WaitGroup();
  readonly cond = new Cond(this.m);
  /** A condition that nothing guards. */
  readonly bell = new Cond({ lock: () => Promise.resolve(), unlock: () => {} });
  readonly once = new Once();
  readonly sem = new Semaphore(2);
  readonly flights = new SingleFlight<string, number>();
  readonly group = new ErrGroup();
  readonly ctx: CancelContext = withCancel(background());
  readonly limiter = new RateLimiter(1_000, 1);
  readonly often = new Sometimes({ every: 2 });
  readonly store: Store = wrap(new Store(), { reads: ["load"] });
  // What is under way by itself from the start, if anybody has to do with it.
  readonly timer: Timer | undefined;
  readonly call: CallTimer | undefined;
  readonly unlisten: (() => boolean) | undefined;

  constructor({ capacities, count, goroutines }: OutcomeProgram) {
    this.c = new Channel(capacities[0]);
    this.d = new Channel(capacities[1]);
    if (count > 0) this.wg.add(count);
    const isUsed = (name: string) => goroutines.some((it) => it.some((it) => it.includes(name)));
    if (isUsed("timer")) this.timer = new Timer(1);
    if (isUsed("call.")) this.call = callAfter(1, () => this.x.update((old) => old + 7));
    if (isUsed("unlisten")) this.unlisten = afterFunc(this.ctx, () => this.x.set(77));
  }

  /** The final states of what has one. */
  state(): string {
    const { x, y, m, rw, wg, once, sem, group, limiter, often, store } = this;
    const all: Resource[] = [x, y, m, rw, wg, once, sem, group, limiter, often];
    return [...all.map((resource) => resource.state()), store.value].join();
  }
}

/** Something remote. */
class Store {
  value = 0;
  load(): Promise<number> {
    return Promise.resolve(this.value);
  }
  save(value: number): Promise<void> {
    this.value = value;
    return Promise.resolve();
  }
}

/** What an action does; `n` is a number that no other action of the program has. */
type Action = (world: World, n: number) => unknown;

const key = ({ key, value, ok }: { key: unknown; value: unknown; ok: boolean }): string =>
  `${key} ${value} ${ok}`;

/** The actions by kind; what each gives is part of the outcome. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  cells: {
    "x.get": ({ x }) => x.get(),
    "x.set": ({ x }, n) => x.set(n),
    "x.set 1": ({ x }) => x.set(1),
    "x.cas 0": ({ x }, n) => x.compareAndSet(0, n),
    "x.update": ({ x }, n) => x.update((old) => old * 2 + n),
    "y.get": ({ y }) => y.get(),
    "y.set": ({ y }, n) => y.set(n),
    "y.cas 0": ({ y }, n) => y.compareAndSet(0, n),
    "y.update": ({ y }, n) => y.update((old) => old * 2 + n),
  },
  channels: {
    "c.send": ({ c }, n) => c.send(n),
    "c.receive": ({ c }) => c.receive(),
    "c.next": ({ c }) => c.next().then(({ value, done }) => `${value} ${done}`),
    "c.trySend": ({ c }, n) => c.trySend(n),
    "c.tryReceive": ({ c }) => JSON.stringify(c.tryReceive()),
    "c.close": ({ c }) => c.close(),
    "c.size": ({ c }) => c.size,
    "d.send": ({ d }, n) => d.send(n),
    "d.receive": ({ d }) => d.receive(),
    "d.close": ({ d }) => d.close(),
  },
  selects: {
    "select receive c, receive d": ({ c, d }) =>
      select({ c: c.receiving(), d: d.receiving() }).then(key),
    "select send c, receive d": ({ c, d }, n) =>
      select({ c: c.sending(n), d: d.receiving() }).then(key),
    "select receive c, send d": ({ c, d }, n) =>
      select({ c: c.receiving(), d: d.sending(n) }).then(key),
    "select send c, receive c": ({ c }, n) =>
      select({ send: c.sending(n), receive: c.receiving() }).then(key),
    "select receive c, default": ({ c }) =>
      select({ c: c.receiving() }, { default: true }).then(key),
    "select send c, default": ({ c }, n) =>
      select({ c: c.sending(n) }, { default: true }).then(key),
    "trySelect receive c, send d": ({ c, d }, n) => {
      const taken = trySelect({ c: c.receiving(), d: d.sending(n) });
      return taken === undefined ? "nothing" : key(taken);
    },
    "select lock, receive c": ({ m, c }) => select({ m: m.locking(), c: c.receiving() }).then(key),
    "select wait, receive c": ({ wg, c }) =>
      select({ wg: wg.waiting(), c: c.receiving() }).then(key),
    "select rLock, receive c": ({ rw, c }) =>
      select({ rw: rw.rLocking(), c: c.receiving() }).then(key),
    "select rw lock, receive c": ({ rw, c }) =>
      select({ rw: rw.locking(), c: c.receiving() }).then(key),
    "select acquire 2, receive c": ({ sem, c }) =>
      select({ sem: sem.acquiring(2), c: c.receiving() }).then(key),
  },
  mutex: {
    "m.lock": ({ m }) => m.lock(),
    "m.unlock": ({ m }) => m.unlock(),
    "m.tryLock": ({ m }) => m.tryLock(),
  },
  rwMutex: {
    "rw.rLock": ({ rw }) => rw.rLock(),
    "rw.rUnlock": ({ rw }) => rw.rUnlock(),
    "rw.lock": ({ rw }) => rw.lock(),
    "rw.unlock": ({ rw }) => rw.unlock(),
    "rw.tryRLock": ({ rw }) => rw.tryRLock(),
    "rw.tryLock": ({ rw }) => rw.tryLock(),
  },
  waitGroup: {
    "wg.add 1": ({ wg }) => wg.add(1),
    "wg.add 2": ({ wg }) => wg.add(2),
    "wg.add -2": ({ wg }) => wg.add(-2),
    "wg.done": ({ wg }) => wg.done(),
    "wg.wait": ({ wg }) => wg.wait(),
  },
  limiter: {
    "limiter.allow": ({ limiter }) => limiter.allow(),
    "limiter.reserve": ({ limiter }) => limiter.reserve().delay(),
    "limiter.wait": ({ limiter }) => limiter.wait(),
    "limiter.tokens": ({ limiter }) => limiter.tokens,
    "limiter.setBurst 2": ({ limiter }) => limiter.setBurst(2),
    "limiter.burst": ({ limiter }) => limiter.burst,
    "often.do": ({ often }, n) => often.do(() => n),
    "select limiter, receive c": ({ limiter, c }) =>
      select({ limiter: limiter.waiting(), c: c.receiving() }).then(key),
  },
  timers: {
    "timer.receive": ({ timer }) => timer?.channel.receive(),
    "timer.tryReceive": ({ timer }) => JSON.stringify(timer?.channel.tryReceive()),
    "timer.stop": ({ timer }) => timer?.stop(),
    "timer.reset 0": ({ timer }) => timer?.reset(0),
    "timer.reset 1": ({ timer }) => timer?.reset(1),
    "select timer, receive c": ({ timer, c }) =>
      select({ timer: timer?.channel.receiving(), c: c.receiving() }).then(key),
    "call.stop": ({ call }) => call?.stop(),
    "call.reset 1": ({ call }) => call?.reset(1),
  },
  store: {
    "store.load": ({ store }) => store.load(),
    "store.save": ({ store }, n) => store.save(n),
  },
  cond: {
    "cond.wait": ({ cond }) => cond.wait(),
    "cond.signal": ({ cond }) => cond.signal(),
    "cond.broadcast": ({ cond }) => cond.broadcast(),
    "bell.wait": ({ bell }) => bell.wait(),
    "bell.signal": ({ bell }) => bell.signal(),
    "bell.broadcast": ({ bell }) => bell.broadcast(),
  },
  once: {
    "once set": ({ once, x }, n) => once.do(() => x.set(n)),
    "once set, yield": ({ once, x }, n) =>
      once.do(async () => {
        await yieldNow();
        x.set(n);
      }),
    "once receive c": ({ once, c }) => once.do(() => c.receive()),
    "once throw": ({ once }, n) =>
      once.do(() => {
        throw new Error(`thrown by ${n}`);
      }),
  },
  semaphore: {
    "sem.acquire": ({ sem }) => sem.acquire(),
    "sem.acquire 2": ({ sem }) => sem.acquire(2),
    "sem.tryAcquire": ({ sem }) => sem.tryAcquire(),
    "sem.tryAcquire 2": ({ sem }) => sem.tryAcquire(2),
    "sem.release": ({ sem }) => sem.release(),
    "sem.release 2": ({ sem }) => sem.release(2),
  },
  singleFlight: {
    "fly": ({ flights }, n) => flights.do("k", () => n).then((it) => `${it.value} ${it.shared}`),
    "fly, yield": ({ flights }, n) =>
      flights.do("k", async () => {
        await yieldNow();
        return n;
      }).then((it) => `${it.value} ${it.shared}`),
    "forget": ({ flights }) => flights.forget("k"),
  },
  errGroup: {
    "group.go set": ({ group, x }, n) => group.go(() => x.set(n)),
    "group.go throw": ({ group }, n) =>
      group.go(() => {
        throw new Error(`thrown by ${n}`);
      }),
    "group.tryGo receive c": ({ group, c }) => group.tryGo(() => c.receive()),
    "group.go yield": ({ group }) => group.go(() => yieldNow()),
    "group.setLimit 0": ({ group }) => group.setLimit(0),
    "group.setLimit 1": ({ group }) => group.setLimit(1),
    "group.wait": ({ group }) => group.wait(),
  },
  context: {
    "cancel": ({ ctx }, n) => ctx.cancel(new Error(`canceled by ${n}`)),
    "err": ({ ctx }) => ctx.err?.message,
    "done": ({ ctx }) => ctx.done.receive(),
    "c.send ctx": ({ c, ctx }, n) => c.send(n, ctx),
    "c.receive ctx": ({ c, ctx }) => c.receive(ctx),
    "m.lock ctx": ({ m, ctx }) => m.lock(ctx),
    "rw.lock ctx": ({ rw, ctx }) => rw.lock(ctx),
    "sem.acquire 2 ctx": ({ sem, ctx }) => sem.acquire(2, ctx),
    "wg.wait ctx": ({ wg, ctx }) => wg.wait(ctx),
    "cond.wait ctx": ({ cond, ctx }) => cond.wait(ctx),
    "bell.wait ctx": ({ bell, ctx }) => bell.wait(ctx),
    "once set, yield ctx": ({ once, x, ctx }, n) =>
      once.do(async () => {
        await yieldNow();
        x.set(n);
      }, ctx),
    "fly, yield ctx": ({ flights, ctx }, n) =>
      flights.do("k", async () => {
        await yieldNow();
        return n;
      }, ctx).then((it) => `${it.value} ${it.shared}`),
    "group.go yield ctx": ({ group, ctx }) => group.go(() => yieldNow(), "yield", ctx),
    "group.wait ctx": ({ group, ctx }) => group.wait(ctx),
    "limiter.wait ctx": ({ limiter, ctx }) => limiter.wait(1, ctx),
    "timer.receive ctx": ({ timer, ctx }) => timer?.channel.receive(ctx),
    "unlisten": ({ unlisten }) => unlisten?.(),
    "cause": ({ ctx }) => (cause(ctx) as Error | undefined)?.message,
  },
  time: {
    "sleep 1": () => sleep(1),
    "sleep 2": () => sleep(2),
    "yield": () => yieldNow(),
  },
};

const BY_NAME: Readonly<Record<string, Action>> = Object.assign({}, ...Object.values(ACTIONS));

/** What has come of a goroutine. */
interface Told {
  /** What each action gave; several if several were in flight. */
  readonly given: string[][];
  hasEnded: boolean;
}

/** A run of a program, and what has come of it by now. */
export class OutcomeRun {
  readonly #told: Told[] = [];
  readonly #world: World;

  /** Starts the goroutines of `program`. */
  constructor(program: OutcomeProgram) {
    const world = this.#world = new World(program);
    for (const [g, actions] of program.goroutines.entries()) {
      const told: Told = { given: [], hasEnded: false };
      this.#told.push(told);
      go(() => perform(world, actions, g, told));
    }
  }

  /** For each goroutine what its actions gave, and whether it has ended; then the states of what they share. */
  get outcome(): string {
    const goroutines = this.#told.map(({ given, hasEnded }) =>
      `${given.map((parts) => parts.join(" || ")).join("; ")}${hasEnded ? "." : " ..."}`
    );
    return [...goroutines, this.#world.state()].join(" | ");
  }
}

async function perform(
  world: World,
  actions: readonly string[],
  g: number,
  told: Told,
): Promise<void> {
  for (const [i, action] of actions.entries()) {
    const [names, glue] = action.split(" &") as [string, string?];
    const parts = names.split(" || ");
    const given: string[] = [];
    told.given.push(given);
    const pending: Promise<void>[] = [];
    for (const [at, name] of parts.entries()) {
      const result = attempt(world, name, 100 * g + 10 * i + at + 1);
      if (typeof result === "string") given[at] = result;
      else pending.push(result.then((text) => void (given[at] = text)));
    }
    if (pending.length > 0) await Promise.all(pending);
    else if (glue === undefined && i < actions.length - 1) await yieldNow();
  }
  told.hasEnded = true;
}

/** What an action gives, or what it throws, in words. */
function attempt(world: World, name: string, n: number): string | Promise<string> {
  const action = BY_NAME[name];
  if (action === undefined) throw new Error(`Cannot run: unknown action "${name}"`);
  try {
    const result = action(world, n);
    return result instanceof Promise ? result.then(String, inWords) : String(result);
  } catch (error) {
    return inWords(error);
  }
}

function inWords(error: unknown): string {
  return `threw ${error instanceof Error ? error.message : error}`;
}

/** Makes a random program. Its actions are of a few of the `kinds` only, so that they meet. */
export function randomProgram(
  random: RandomSource,
  kinds: readonly string[] = Object.keys(ACTIONS),
): OutcomeProgram {
  const chosen = Array.from(
    { length: 1 + random.below(3) },
    () => kinds[random.below(kinds.length)],
  );
  if (chosen.includes("cond")) chosen.push("mutex");
  if (chosen.includes("selects")) chosen.push("channels");
  const names = chosen.flatMap((kind) => Object.keys(ACTIONS[kind as string] ?? {}));
  const pick = () => names[random.below(names.length)] as string;
  const goroutines = Array.from({ length: 2 + random.below(3) }, () => {
    const actions: string[] = [];
    const length = 1 + random.below(random.below(3) === 0 ? 5 : 3);
    while (actions.length < length) actions.push(...randomActions(random, pick));
    return actions;
  });
  return {
    capacities: [random.below(3), random.below(2)],
    count: random.below(3),
    goroutines,
  };
}

/** What is mostly done in pairs. */
const UNDO: Readonly<Record<string, string>> = {
  "m.lock": "m.unlock",
  "rw.lock": "rw.unlock",
  "rw.rLock": "rw.rUnlock",
  "sem.acquire": "sem.release",
  "sem.acquire 2": "sem.release 2",
  "m.lock ctx": "m.unlock",
  "rw.lock ctx": "rw.unlock",
  "sem.acquire 2 ctx": "sem.release 2",
};
const UNDOING: ReadonlySet<string> = new Set(Object.values(UNDO));

function randomActions(random: RandomSource, pick: () => string): string[] {
  let name = pick();
  // Most programs would do little else than misuse locks.
  while (UNDOING.has(name) && random.below(8) > 0) name = pick();
  if (name.startsWith("cond.wait") && random.below(8) > 0) return ["m.lock", name, "m.unlock"];
  const undo = UNDO[name];
  if (undo !== undefined && random.below(4) > 0) {
    return random.below(2) === 0 ? [name, undo] : [name, glued(random, pick()), undo];
  }
  if (random.below(8) === 0) return [`${name} || ${pick()}`];
  return [glued(random, name)];
}

function glued(random: RandomSource, name: string): string {
  return random.below(3) === 0 ? `${name} &` : name;
}
