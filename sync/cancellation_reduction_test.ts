// Reduced search against all schedules: random small programs of contexts, timers and what they end must have the same
// outcomes in both.
import { assert, assertEquals } from "@std/assert";
import {
  after,
  afterFunc,
  background,
  callAfter,
  type CancelContext,
  cause,
  Channel,
  Mutex,
  RateLimiter,
  select,
  sleep,
  Timer,
  WaitGroup,
  withCancel,
  withTimeout,
  withValue,
} from "../mod.ts";
import { explore } from "../testing/mod.ts";

const PROGRAMS = 300;

/** What the goroutines of a program share. No timer is stopped at the very instant at which it is due. */
class World {
  readonly parent: CancelContext = withCancel(background());
  readonly child: CancelContext = withCancel(withValue(this.parent, "key", 1));
  readonly timeout: CancelContext = withTimeout(this.parent, 1, { cause: "too slow" });
  readonly ch = new Channel<number>();
  readonly buffered = new Channel<number>(1);
  readonly mu = new Mutex();
  readonly wg = new WaitGroup();
  readonly timer = new Timer(2);
  readonly limiter = new RateLimiter(250, 1);
  calls = 0;
  readonly stopAfter = afterFunc(this.child, () => void this.calls++);
  readonly call = callAfter(3, () => void this.calls++);

  constructor() {
    this.limiter.allow();
    this.mu.tryLock();
    this.wg.add(4); // never below zero: of what follows misuse not every variant is looked for
  }
}

type Action = (world: World) => unknown;

/** What a goroutine can do. What each gives is part of the outcome. */
const ACTIONS: Record<string, Action> = {
  "cancel parent": (it) => it.parent.cancel("parent"),
  "cancel child": (it) => it.child.cancel("child"),
  "cancel timeout": (it) => it.timeout.cancel("timeout"),
  "look at child": (it) => `${it.child.err?.message} ${cause(it.child)}`,
  "look at timeout": (it) => `${it.timeout.err?.message} ${cause(it.timeout)}`,
  "derive": (it) => withCancel(it.child).err?.message,
  "send": (it) => it.ch.send(1, it.child),
  "receive": (it) => it.ch.receive(it.timeout),
  "send buffered": (it) => it.buffered.send(1, it.parent),
  "receive buffered": (it) => it.buffered.next(it.child).then(({ value }) => value),
  "lock": (it) => it.mu.lock(it.child),
  "unlock": (it) => it.mu.tryLock() ? it.mu.unlock() : it.mu.unlock(),
  "wait": (it) => it.wg.wait(it.child),
  "done": (it) => it.wg.add(-2),
  "select": (it) =>
    select({ done: it.child.done.receiving(), value: it.ch.receiving() }).then(({ key }) => key),
  "select with a context": (it) =>
    select({ sent: it.ch.sending(2), lock: it.mu.locking() }, it.timeout).then(({ key }) => key),
  "done of timeout": (it) => it.timeout.done.receive(),
  "sleep": () => sleep(5.01),
  "sleep with a context": (it) => sleep(6.03, it.timeout),
  "receive timer": (it) => it.timer.channel.receive(it.timeout).then(() => "time"),
  "stop timer": (it) => it.timer.stop(),
  "reset timer": (it) => it.timer.reset(7.07),
  "select timers": (it) =>
    select([it.timer.channel.receiving(), after(8.13).receiving(), it.child.done.receiving()])
      .then(({ key }) => key),
  "stop afterFunc": (it) => it.stopAfter(),
  "stop callAfter": (it) => it.call.stop(),
  "reset callAfter": (it) => it.call.reset(9.29),
  "turn": (it) => it.limiter.wait(1, it.child),
  "allow": (it) => it.limiter.allow(),
  "tokens": (it) => it.limiter.tokens,
};

/** The goroutines of a random program: names of actions. */
function randomProgram(seed: number): string[][] {
  let state = seed * 7919 + 13;
  const random = (count: number) => (state = (state * 48271) % 0x7fff_ffff) % count;
  const names = Object.keys(ACTIONS);
  const lengths = random(3) === 0 ? [1, 1, 1] : random(2) === 0 ? [2, 1] : [2, 2];
  return lengths.map((length) =>
    Array.from({ length }, () => names[random(names.length)] as string)
  );
}

/** Runs `program` and adds what has come of it to `outcomes`. */
async function run(program: string[][], outcomes: Set<string>): Promise<void> {
  const world = new World(), seen: string[][] = program.map(() => []);
  const goroutines = new WaitGroup();
  for (const [i, names] of program.entries()) {
    goroutines.go(async () => {
      for (const name of names) {
        try {
          seen[i]?.push(`${await (ACTIONS[name] as Action)(world)}`);
        } catch (error) {
          const { message, cause } = error as Error;
          seen[i]?.push(cause === undefined ? message : `${message} (${cause})`);
        }
      }
    });
  }
  await sleep(99);
  // Nobody is left waiting.
  world.parent.cancel("end");
  world.ch.close();
  world.buffered.close();
  await goroutines.wait();
  await sleep(99);
  outcomes.add(JSON.stringify([seen, world.calls]));
}

/** The outcomes of all schedules, or undefined if there are too many. */
async function outcomesOf(program: string[][], strategy: "exhaustive" | "reduced") {
  const outcomes = new Set<string>();
  const state = strategy === "reduced" ? "tracked" : "plain";
  const options = { strategy, state, schedules: 30_000, allowLeaks: [] } as const;
  const { complete, schedules } = await explore(() => run(program, outcomes), options);
  return complete ? { outcomes: [...outcomes].sort(), schedules } : undefined;
}

Deno.test("reduced search has every outcome of random programs with contexts and timers", async () => {
  let compared = 0, all = 0, reduced = 0;
  for (let seed = 1; compared < PROGRAMS; seed++) {
    const program = randomProgram(seed);
    const expected = await outcomesOf(program, "exhaustive");
    if (expected === undefined) continue;
    const actual = await outcomesOf(program, "reduced");
    assert(actual !== undefined, `seed ${seed}: ${JSON.stringify(program)} is not complete`);
    assertEquals(actual.outcomes, expected.outcomes, `seed ${seed}: ${JSON.stringify(program)}`);
    compared++;
    all += expected.schedules;
    reduced += actual.schedules;
  }
  assert(reduced < all / 2, `${reduced} schedules instead of ${all}`);
});
