/**
 * Random programs, explored until stopped: every schedule is run twice and must be the same, complete search must find
 * all that random search finds, every failure must replay from its token, and memory must not grow.
 *
 * `deno task soak` runs for ever; `--minutes=N` ends it, `--programs=N` after so many programs, `--seed=N` repeats it.
 * `--million` runs a million passing schedules and 200,000 deadlocking ones of fixed programs instead, and says by how
 * much the heap has grown. The first thing that is wrong is printed with the seed of its program, and the exit status is
 * 1.
 *
 * @module
 */

import { Channel, go, Mutex, select, sleep, trySelect, WaitGroup, yieldNow } from "../mod.ts";
import { Exhaustive } from "../testing/exhaustive.ts";
import { Exploration } from "../testing/exploration.ts";
import { explore } from "../testing/explore.ts";
import { explorer } from "../testing/explorer.ts";
import { signatureOf } from "../testing/failure_signature.ts";
import { resolveOptions } from "../testing/options.ts";
import { Pct } from "../testing/pct.ts";
import { lockRounds } from "../testing/programs_test.ts";
import { RandomWalk } from "../testing/random.ts";
import { RandomSource } from "../testing/random_source.ts";
import { Replay } from "../testing/replay.ts";
import { ScheduleError } from "../testing/schedule_error.ts";
import { toDeviations } from "../testing/schedule_token.ts";
import type { Strategy } from "../testing/strategy.ts";
import { hasCollector, heapUsed } from "./heap.ts";

/** What goroutines of a random program share. */
interface Shared {
  readonly mutexes: readonly Mutex[];
  readonly channels: readonly Channel<number>[];
  readonly group: WaitGroup;
  count: number;
}

type Step = (shared: Shared) => unknown;

/** The operations that random programs are made of, misuse included. */
const MAKERS: readonly ((random: RandomSource) => Step)[] = [
  () => () => yieldNow(),
  (random) => {
    const delay = random.below(3);
    return () => sleep(delay);
  },
  (random) => {
    const at = random.below(2);
    return async ({ mutexes }) => {
      const mutex = mutexes[at] as Mutex;
      await mutex.lock();
      await yieldNow();
      mutex.unlock();
    };
  },
  () => async ({ mutexes: [a, b] }) => {
    await a?.lock();
    await b?.lock();
    b?.unlock();
    a?.unlock();
  },
  () => async ({ mutexes: [a, b] }) => {
    await b?.lock();
    await a?.lock();
    a?.unlock();
    b?.unlock();
  },
  (random) => {
    const at = random.below(2);
    const value = random.below(5);
    return ({ channels }) => channels[at]?.send(value);
  },
  (random) => {
    const at = random.below(2);
    return ({ channels }) => channels[at]?.receive();
  },
  (random) => {
    const at = random.below(2);
    return ({ channels }) => void channels[at]?.trySend(1);
  },
  (random) => {
    const at = random.below(2);
    return ({ channels }) => void channels[at]?.tryReceive();
  },
  () => async ({ channels: [a, b] }) => {
    await select({ a: a?.receiving(), b: b?.receiving(), c: b?.sending(7) });
  },
  () => ({ channels: [a, b] }) => void trySelect({ a: a?.sending(1), b: b?.receiving() }),
  () => async (shared) => {
    const before = shared.count;
    await yieldNow();
    shared.count = before + 1;
  },
  () => async ({ channels: [a, b] }) => {
    await Promise.all([a?.send(1), b?.receive()]);
  },
  (random) => {
    const at = random.below(8); // rarely
    return ({ channels, mutexes }) => {
      if (at === 0) channels[0]?.close();
      if (at === 1) mutexes[0]?.unlock();
    };
  },
];

/** A program of 2 to 4 goroutines with 1 to 4 operations each. */
function program(seed: number): () => Promise<void> {
  const random = new RandomSource(seed, 1);
  const capacities = [random.below(3), random.below(3)];
  const waits = random.below(2) === 0;
  const plans = Array.from(
    { length: 2 + random.below(3) },
    () =>
      Array.from(
        { length: 1 + random.below(4) },
        () => (MAKERS[random.below(MAKERS.length)] as (random: RandomSource) => Step)(random),
      ),
  );
  return async () => {
    const shared: Shared = {
      mutexes: [new Mutex(), new Mutex()],
      channels: capacities.map((capacity) => new Channel<number>(capacity)),
      group: new WaitGroup(),
      count: 0,
    };
    for (const plan of plans) {
      shared.group.go(async () => {
        for (const step of plan) await step(shared);
      });
    }
    if (waits) await shared.group.wait();
    if (shared.count === 1 && plans.length > 3) throw new Error(`count is ${shared.count}`);
  };
}

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** What happened in the schedule that has just ended. */
function trace(): string {
  return `${explorer.answers}/${explorer.counts}/${explorer.steps}/${explorer.clock.elapsed}`;
}

const KINDS: readonly string[] = [
  "passed",
  "race",
  "panic",
  "fatal",
  "deadlock",
  "leak",
  "unawaited",
];

/** Runs random schedules of `body`, each of them twice. Returns the outcome of each, by its answers. */
async function sample(
  body: () => unknown,
  strategy: Strategy,
  count: number,
): Promise<Map<string, string>> {
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  const outcomes = new Map<string, string>();
  for (let schedule = 0; schedule < count; schedule++) {
    strategy.begin(schedule);
    const verdict = await exploration.execute(strategy);
    check(KINDS.includes(verdict.kind), `a verdict of kind ${verdict.kind}`);
    const [signature, first, answers] = [signatureOf(verdict), trace(), explorer.answers.join()];
    const replay = new Replay(toDeviations([...explorer.answers]));
    replay.begin();
    const again = signatureOf(await exploration.execute(replay));
    check(replay.divergence === null, `a replay that does not fit: ${replay.divergence?.reason}`);
    check(trace() === first, `two traces of one schedule:\n${first}\n${trace()}`);
    check(again === signature, `two outcomes of one schedule:\n${signature}\n${again}`);
    outcomes.set(answers, signature);
  }
  return outcomes;
}

/** Runs all schedules of `body` if there are few; null if there are too many. */
async function enumerate(body: () => unknown, most: number): Promise<Map<string, string> | null> {
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  const exhaustive = new Exhaustive();
  const outcomes = new Map<string, string>();
  for (let schedule = 0; exhaustive.begin(); schedule++) {
    if (schedule === most) return null;
    const signature = signatureOf(await exploration.execute(exhaustive));
    const answers = explorer.answers.join();
    check(!outcomes.has(answers), `a schedule that complete search runs twice: ${answers}`);
    outcomes.set(answers, signature);
  }
  return outcomes;
}

async function soakProgram(seed: number): Promise<void> {
  const body = program(seed);
  const outcomes = await sample(body, new RandomWalk(seed), 100);
  for (const [answers, outcome] of await sample(body, new Pct(seed, 3), 50)) {
    outcomes.set(answers, outcome);
  }
  const all = await enumerate(body, 2_000);
  if (all !== null) {
    for (const [answers, outcome] of outcomes) {
      check(
        all.get(answers) === outcome,
        `an outcome that complete search does not know: ${answers}`,
      );
    }
  }
  if ([...outcomes.values()].every((outcome) => outcome === "passed")) return;
  const found = await failure(() => explore(body, { seed, strategy: "random", schedules: 200 }));
  if (found === null) return; // fails the same way whatever the order: thrown as it is
  const again = await failure(() => explore(body, { replay: found.schedule }));
  check(again?.kind === found.kind, `${found.kind} replayed as ${again?.kind}: ${found.schedule}`);
  const events = (error: ScheduleError): string =>
    JSON.stringify([error.trace.steps, error.trace.events]);
  check(events(again) === events(found), `two traces of one token: ${found.schedule}`);
}

async function failure(run: () => Promise<unknown>): Promise<ScheduleError | null> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ScheduleError)) return null;
    check(error.kind !== "nondeterminism" && error.kind !== "replay", error.message);
    return error;
  }
  return null;
}

async function heapMb(): Promise<number> {
  return await heapUsed() / 2 ** 20;
}

/** Runs this program once more, with the collector exposed. */
async function withCollector(): Promise<never> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", import.meta.url, ...Deno.args],
  }).spawn().status;
  Deno.exit(code);
}

function deadlock(): Promise<unknown> {
  const never = new Channel<number>();
  for (let i = 0; i < 3; i++) go(() => never.receive());
  return never.receive();
}

async function million(): Promise<void> {
  for (
    const [body, kind, count] of [[lockRounds, "passed", 1_000_000], [
      deadlock,
      "deadlock",
      200_000,
    ]] as const
  ) {
    const exploration = new Exploration(body, resolveOptions({}), undefined);
    const random = new RandomWalk(1);
    let warm = 0;
    const started = performance.now();
    for (let schedule = 0; schedule < count; schedule++) {
      if (schedule === count / 10) warm = await heapMb();
      random.begin(schedule);
      const verdict = await exploration.execute(random);
      check(verdict.kind === kind, `a verdict of kind ${verdict.kind}`);
    }
    const seconds = (performance.now() - started) / 1_000;
    const grown = await heapMb() - warm;
    console.log(
      `${kind}: ${count.toLocaleString("en")} schedules, ` +
        `${Math.round(count / seconds).toLocaleString("en")}/s, heap ${grown.toFixed(1)} MB more`,
    );
    // Contexts of deadlocked schedules are never used again, and Deno keeps values of AsyncLocalStorage in a weak table, which
    // holds all that are made between two full collections. It doubles now and then and stays so: 1 to 8 MB.
    check(grown < 16, `memory that grows: ${grown.toFixed(1)} MB`);
  }
}

/** The number behind `--NAME=`, if it is given. */
function numberOf(name: string): number | undefined {
  const text = Deno.args.findLast((argument) => argument.startsWith(`--${name}=`))?.split("=")[1];
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (!(number >= 0)) throw new TypeError(`--${name} is "${text}", expected a number`);
  return number;
}

async function soak(): Promise<void> {
  const first = numberOf("seed") ?? Date.now();
  const most = numberOf("programs") ?? Infinity;
  const deadline = performance.now() + (numberOf("minutes") ?? Infinity) * 60_000;
  console.log(`soak: first seed ${first}`);
  let warm = 0;
  let reported = performance.now();
  for (let done = 0; done < most && performance.now() < deadline; done++) {
    const seed = first + done;
    try {
      await soakProgram(seed);
    } catch (error) {
      console.error(`soak: program ${seed} (--seed=${seed} --programs=1) has`, error);
      Deno.exit(1);
    }
    if (done === 200) warm = await heapMb();
    if (performance.now() - reported < 10_000) continue;
    reported = performance.now();
    const grown = done > 200 ? await heapMb() - warm : 0;
    console.log(`soak: ${done + 1} programs, heap ${grown.toFixed(1)} MB more`);
    check(grown < 64, `memory that grows: ${grown.toFixed(1)} MB`);
  }
  console.log("soak: nothing found");
}

if (import.meta.main) {
  if (!hasCollector) await withCollector();
  if (Deno.args.includes("--million")) await million();
  else await soak();
}
