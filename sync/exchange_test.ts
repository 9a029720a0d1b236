// The dependency relation, derived: in every small state of the primitive that ships, every pair of accesses is exchanged.
// Where that makes a difference, to the state, to who gets through or to what they come after, the masks must say so.
// Not exchanged is what would then be a misuse, such as unlocking what another one locks: that takes a look at holders.
import { assertEquals } from "@std/assert";
import { type Access, observe, type Observer } from "../runtime/observer.ts";
import { type Operation, type Resource, Waiter } from "../runtime/mod.ts";
import { explorer } from "../testing/explorer.ts";
import { ACCESS as RW_MUTEX, RWMutex } from "./rw_mutex.ts";
import { ACCESS as SEMAPHORE, Semaphore } from "./semaphore.ts";

/** What one goroutine does in one step: a synchronous call, or an operation, which may have to wait. */
type Action<R> = (resource: R) => unknown;

/** What has become of an action. */
interface Fate {
  /** What it returned, or that it got through; undefined while it waits. */
  result: unknown;
  /** The actions that it comes after, whatever the order. */
  readonly after: Set<number>;
}

class Noted extends Waiter {
  readonly id: number;
  readonly world: World<unknown>;

  constructor(id: number, world: World<unknown>) {
    super();
    this.id = id;
    this.world = world;
  }

  override complete(): void {
    this.world.through(this.id);
  }

  override fail(error: unknown): void {
    throw error;
  }
}

/** A primitive without a scheduler, which notes what happens to it. Each action is a goroutine of its own. */
class World<R> implements Observer {
  readonly resource: R;
  readonly fates: Fate[] = [];
  /** How the latest action touched the resource. */
  access: Access | undefined;

  constructor(make: () => R) {
    observe(this);
    this.resource = make();
  }

  /** Acts as the next goroutine. Returns how that touched the resource, or undefined if it was a misuse. */
  act(action: Action<R>): Access | undefined {
    const id = this.fates.push({ result: undefined, after: new Set() }) - 1;
    let done: unknown;
    try {
      done = action(this.resource);
    } catch {
      return undefined;
    }
    const fate = this.fates[id]!;
    if (done === undefined || typeof done === "boolean") {
      fate.result = done ?? "done";
      return this.access;
    }
    const operation = done as Operation<unknown>;
    const { access } = operation;
    if (operation.isReady()) {
      operation.commit();
      fate.result = "through";
    } else {
      operation.enqueue(new Noted(id, this as World<unknown>));
    }
    return access;
  }

  through(id: number): void {
    const fate = this.fates[id]!;
    assertEquals(fate.result, undefined, "woken twice");
    fate.result = "through";
    fate.after.add(this.fates.length - 1);
  }

  // Moments are numbers of actions, from 1.
  moment(): number {
    return this.fates.length;
  }
  after(moment: number, waiter?: Waiter): void {
    const fate = waiter === undefined ? this.fates.at(-1) : this.fates[(waiter as Noted).id];
    fate!.after.add(moment - 1);
  }
  since(): number {
    throw new Error("nobody asks");
  }
  created(): undefined {}
  touched(_resource: object, access: Access): void {
    this.access = access;
  }
  fatal(): void {}
  misused(): void {}
}

/** Does `prefix`, then `pair`. Undefined if something of that is a misuse. */
function run<R extends Resource>(
  make: () => R,
  prefix: readonly Action<R>[],
  pair: readonly [Action<R>, Action<R>],
): { world: World<R>; rows: [Access, Access] } | undefined {
  const world = new World(make);
  for (const action of prefix) if (world.act(action) === undefined) return undefined;
  const first = world.act(pair[0]), second = world.act(pair[1]);
  return first && second && { world, rows: [first, second] };
}

/** Everything that can be seen of `world`, with the last two actions exchanged if `isExchanged`. */
function describe<R extends Resource>(
  { resource, fates }: World<R>,
  isExchanged: boolean,
): string {
  const last = fates.length - 1;
  const renamed = (id: number) =>
    !isExchanged ? id : id === last ? last - 1 : id === last - 1 ? last : id;
  const lines = fates.map(({ result, after }, id) => {
    const edges = [...after].map(renamed).sort();
    return `${renamed(id)}: ${result} after ${edges}`;
  });
  return [...lines.sort(), resource.state()].join("\\n");
}

/** Who gets through in which order when everything that is held is given back, again and again. */
function drained<R extends Resource>(world: World<R>, giveBack: readonly Action<R>[]): string[] {
  const last = world.fates.length;
  const order: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (const action of giveBack) {
      const before = world.fates.slice(0, last).map(({ result }) => result);
      world.act(action);
      const through = [...before.keys()].filter((id) =>
        before[id] === undefined && world.fates[id]!.result !== undefined
      );
      if (through.length > 0) order.push(through.join("+"));
    }
  }
  return order;
}

interface Subject<R extends Resource> {
  readonly make: () => R;
  readonly table: Readonly<Record<string, Access>>;
  readonly actions: Readonly<Record<string, Action<R>>>;
  readonly giveBack: readonly Action<R>[];
  /** The longest prefix that leads to a state. */
  readonly depth: number;
  /** Pairs that cannot be of two goroutines. */
  readonly ofOne?: readonly string[];
}

function* prefixes<A>(actions: readonly A[], depth: number): Generator<A[]> {
  yield [];
  if (depth === 0) return;
  for (const prefix of prefixes(actions, depth - 1)) {
    if (prefix.length < depth - 1) continue;
    for (const action of actions) yield [...prefix, action];
  }
}

/** Which pairs of rows have been met, and which of them were seen to make a difference. */
function exchangeAll<R extends Resource>(
  { make, table, actions, giveBack, depth, ofOne }: Subject<R>,
) {
  const nameOf = (access: Access) =>
    Object.keys(table).find((row) => table[row] === access) as string;
  const met = new Map<string, readonly [Access, Access]>(), differing = new Set<string>();
  const all = Object.values(actions);
  const giveAll = (it: { world: World<R> }, isExchanged: boolean) => {
    const { fates } = it.world;
    const [a, b] = [fates.length - 2, fates.length - 1];
    const swap = (ids: string) =>
      ids.split("+").map((id) => !isExchanged ? id : +id === a ? b : +id === b ? a : id).sort()
        .join("+");
    return drained(it.world, giveBack).map(swap).join();
  };
  for (let length = 0; length <= depth; length++) {
    for (const prefix of prefixes(all, length)) {
      if (prefix.length < length) continue;
      for (const a of all) {
        for (const b of all) {
          const one = run(make, prefix, [a, b]), other = run(make, prefix, [b, a]);
          if (one === undefined || other === undefined) continue;
          const key = one.rows.map(nameOf).sort().join(", ");
          if (ofOne?.includes(key)) continue;
          met.set(key, one.rows);
          const isSame = one.rows[0] === other.rows[1] &&
            one.rows[1] === other.rows[0] &&
            describe(one.world, false) === describe(other.world, true) &&
            giveAll(one, false) === giveAll(other, true);
          if (!isSame) differing.add(key);
        }
      }
    }
  }
  return { met, differing };
}

function conflict([a, b]: readonly [Access, Access]): boolean {
  return (a.mask & b.bit) !== 0;
}

/** Exchanges all pairs in all states, and gives the pairs that conflict although it never made a difference. */
function conservative<R extends Resource>(subject: Subject<R>): string[] {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0; // thousands of misuses are thrown, and nobody asks from where
    const { met, differing } = exchangeAll(subject);
    const missed = [...differing].filter((key) => !conflict(met.get(key)!));
    assertEquals(missed, [], "exchanging them makes a difference, and the masks say it does not");
    return [...met].filter(([key, rows]) => conflict(rows) && !differing.has(key)).map(([key]) =>
      key
    ).sort();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    explorer.install();
  }
}

const RW_SUBJECT: Subject<RWMutex> = {
  make: () => new RWMutex(),
  table: RW_MUTEX,
  actions: {
    rLock: (rw) => rw.rLocking(),
    lock: (rw) => rw.locking(),
    rUnlock: (rw) => rw.rUnlock(),
    unlock: (rw) => rw.unlock(),
    tryRLock: (rw) => rw.tryRLock(),
    tryLock: (rw) => rw.tryLock(),
  },
  giveBack: [(rw) => rw.rUnlock(), (rw) => rw.unlock()],
  depth: 3,
  // There is one writer, and the next one does not unlock before it has gone on.
  ofOne: ["unlock, unlock"],
};

const SEMAPHORE_SUBJECT: Subject<Semaphore> = {
  make: () => new Semaphore(2),
  table: SEMAPHORE,
  actions: {
    acquireOne: (semaphore) => semaphore.acquiring(1),
    acquireTwo: (semaphore) => semaphore.acquiring(2),
    release: (semaphore) => semaphore.release(1),
    tryOne: (semaphore) => semaphore.tryAcquire(1),
    tryTwo: (semaphore) => semaphore.tryAcquire(2),
  },
  giveBack: [(semaphore) => semaphore.release(1)],
  depth: 4,
};

Deno.test("RWMutex: the masks say of every pair that makes a difference that it does, and of no other", () => {
  assertEquals(conservative(RW_SUBJECT), []);
});

Deno.test("Semaphore: the masks say of every pair that makes a difference that it does, and of no other", () => {
  assertEquals(conservative(SEMAPHORE_SUBJECT), []);
});
