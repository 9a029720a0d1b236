// Exhaustive search against known counts: all schedules of small programs, nothing reduced. A wrong number means a wrong
// step: a caller that resumes in the step of its call, a wake-up that runs at once, an operation that asks for nothing.
//
// Main makes the objects, starts the goroutines in the order given and ends: one step, and no choice. From then on every
// resumption is a choice among those who can run. An awaited operation ends the step that calls it, so a goroutine with k
// of them has k + 1 steps; the last may be empty. A synchronous operation ends nothing; where another goroutine is to
// come in between, the program says yieldNow.
import { assertEquals } from "@std/assert";
import { Channel, go, Mutex, select, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";

/** Registers a test: `program` has exactly `count` schedules. It may end stuck. */
function schedules(name: string, count: number, program: () => void): void {
  Deno.test(`exhaustive: ${name} has ${count} schedules`, async () => {
    const { schedules, complete } = await explore(program, {
      strategy: "exhaustive",
      schedules: count + 1,
      afterMain: "run",
      leaks: "ignore",
    });
    assertEquals({ schedules, complete }, { schedules: count, complete: true });
  });
}

/**
 * Registers a test: `program` has exactly as many schedules as there are outcomes listed, and these are their outcomes.
 * `program` gets a log of its own; what it has written when nothing moves any more is the outcome.
 */
function outcomes(
  name: string,
  expected: readonly string[],
  program: (log: string[]) => void | Promise<void>,
): void {
  Deno.test(`exhaustive: ${name} has ${expected.length} schedules, and these outcomes`, async () => {
    const logs: string[][] = [];
    const { complete } = await explore(() => {
      const log: string[] = [];
      logs.push(log);
      return program(log);
    }, { strategy: "exhaustive", schedules: 1_000, afterMain: "run", leaks: "ignore" });
    assertEquals(logs.map((log) => log.join(" ")).sort(), expected.toSorted());
    assertEquals(complete, true);
  });
}

/** Starts `count` goroutines. */
function start(count: number, body: (i: number) => Promise<void>): void {
  for (let i = 0; i < count; i++) go(() => body(i));
}

async function times(count: number, body: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await body(i);
}

// --- listed by hand ---

// G1: a b, G2: c d. All orders of the four that keep a before b and c before d: 4! / (2! · 2!).
outcomes("two goroutines of two steps", ["abcd", "acbd", "acdb", "cabd", "cadb", "cdab"], (log) => {
  const steps = (first: string, second: string) => async () => {
    log[0] = (log[0] ?? "") + first;
    await yieldNow();
    log[0] += second;
  };
  go(steps("a", "b"));
  go(steps("c", "d"));
});

// r1 w1 r2 w2 · r2 w2 r1 w1: both count. r1 r2 w1 w2 · r1 r2 w2 w1 · r2 r1 w1 w2 · r2 r1 w2 w1: one update is lost.
outcomes("the lost update", ["2", "2", "1", "1", "1", "1"], (log) => {
  let x = 0, ended = 0;
  start(2, async () => {
    const read = x;
    await yieldNow();
    x = read + 1;
    if (++ended === 2) log.push(String(x));
  });
});

// 1 lock · 1 unlock · 2 try: got it. 1 lock · 2 try · 1 unlock: not. 2 try: got it, and 1 waits for ever.
outcomes("a lock beside a tryLock", ["unlock try:true", "try:false unlock", "try:true"], (log) => {
  const mu = new Mutex();
  go(async () => {
    await mu.lock();
    log.push("unlock");
    mu.unlock();
  });
  go(() => {
    log.push(`try:${mu.tryLock()}`);
  });
});

// Whoever comes second finds two cases ready: 2 orders × 2 choices; and then both can end, in 2 orders.
outcomes(
  "two selects that can meet over a or over b",
  ["1a 2a", "2a 1a", "1b 2b", "2b 1b", "1a 2a", "2a 1a", "1b 2b", "2b 1b"],
  (log) => {
    const a = new Channel<number>(), b = new Channel<number>();
    go(async () => {
      log.push(`1${(await select({ a: a.sending(1), b: b.receiving() })).key}`);
    });
    go(async () => {
      log.push(`2${(await select({ a: a.receiving(), b: b.sending(2) })).key}`);
    });
  },
);

// Each of 1, 2 and 3 is one step, in 3! orders. Main waits: it can end only behind the third, and then it is alone.
outcomes(
  "three done beside a wait that comes first",
  ["123w", "132w", "213w", "231w", "312w", "321w"],
  (log) => {
    const wg = new WaitGroup();
    wg.add(3);
    log.push("");
    const note = (text: string) => void (log[0] += text);
    for (const name of ["1", "2", "3"]) {
      go(() => {
        note(name);
        wg.done();
      });
    }
    return wg.wait().then(() => note("w"));
  },
);

// --- counts known from enumeration ---

const yields = (n: number, k: number) => () => start(n, () => times(k, () => yieldNow()));

// (n(k+1))! / ((k+1)!)^n
schedules("yields(2, 4)", 252, yields(2, 4));
schedules("yields(3, 2)", 1_680, yields(3, 2));

const counter = (n: number) => () => {
  let x = 0;
  start(n, async () => {
    const read = x;
    await yieldNow();
    x = read + 1;
  });
};

// (2n)! / 2^n
schedules("counter(2)", 6, counter(2));
schedules("counter(3)", 90, counter(3));

const mutex = (n: number, k: number, between: () => Promise<void> | undefined) => () => {
  const mu = new Mutex();
  start(n, () =>
    times(k, async () => {
      await mu.lock();
      mu.unlock();
      const pause = between();
      if (pause !== undefined) await pause;
    }));
};

schedules("mutex(2, 1)", 14, mutex(2, 1, yieldNow));
schedules("mutex(3, 1)", 636, mutex(3, 1, yieldNow));
schedules("mutex(2, 2)", 106, mutex(2, 2, yieldNow));
schedules("mutex_glued(2, 2)", 6, mutex(2, 2, () => undefined));
schedules("mutex_glued(3, 2)", 72, mutex(3, 2, () => undefined));

const philosophers = (n: number) => () => {
  const forks = Array.from({ length: n }, () => new Mutex());
  start(n, async (i) => {
    const left = forks[i] as Mutex, right = forks[(i + 1) % n] as Mutex;
    await left.lock();
    await right.lock();
    right.unlock();
    await yieldNow();
    left.unlock();
  });
};

schedules("philosophers(2)", 14, philosophers(2));
schedules("philosophers(3)", 1_239, philosophers(3));

const pingpong = (n: number) => () => {
  const a = new Channel<number>(), b = new Channel<number>();
  go(() =>
    times(n, async (i) => {
      await a.send(i);
      await b.receive();
    })
  );
  go(() =>
    times(n, async (i) => {
      await a.receive();
      await b.send(i);
    })
  );
};

schedules("pingpong(2)", 32, pingpong(2));
schedules("pingpong(3)", 128, pingpong(3));

const spsc = (n: number, capacity: number) => () => {
  const ch = new Channel<number>(capacity);
  go(() => times(n, (i) => ch.send(i)));
  go(() => times(n, () => ch.receive()));
};

schedules("spsc(3, 0)", 16, spsc(3, 0));
schedules("spsc(4, 2)", 122, spsc(4, 2));

const pipeline = (n: number, capacity: number) => () => {
  const a = new Channel<number>(capacity), b = new Channel<number>(capacity);
  go(() => times(n, (i) => a.send(i)));
  go(() =>
    times(n, async (i) => {
      await a.receive();
      await b.send(i);
    })
  );
  go(() => times(n, () => b.receive()));
};

schedules("pipeline(2, 0)", 912, pipeline(2, 0));

const mpsc = (n: number, capacity: number) => () => {
  const ch = new Channel<number>(capacity);
  start(n, (i) => ch.send(i));
  go(() => times(n, () => ch.receive()));
};

schedules("mpsc(2, 0)", 96, mpsc(2, 0));
schedules("mpsc(3, 0)", 6_072, mpsc(3, 0));

const mpmc = (n: number, capacity: number) => () => {
  const ch = new Channel<number>(capacity);
  start(n, (i) => ch.send(i));
  start(n, async () => void await ch.receive());
};

schedules("mpmc(2, 0)", 1_280, mpmc(2, 0));

const semaphore = (n: number, capacity: number) => () => {
  const slots = new Channel<true>(capacity);
  start(n, async () => {
    await slots.send(true);
    await slots.receive();
  });
};

schedules("semaphore(3, 1)", 636, semaphore(3, 1));
schedules("semaphore(3, 2)", 1_500, semaphore(3, 2));
// pipeline(3, 2) with 63,814 and semaphore(4, 2) with 257,280 are rows of `deno task corpus dpor --all`.

const closeRange = (n: number, capacity: number) => () => {
  const ch = new Channel<number>(capacity);
  go(async () => {
    await times(n, (i) => ch.send(i));
    ch.close();
  });
  start(2, async () => {
    for (;;) if ((await ch.next()).done) return;
  });
};

schedules("close_range(2, 0)", 338, closeRange(2, 0));
schedules("close_range(3, 2)", 2_998, closeRange(3, 2));

const waitDone = (n: number) => () => {
  const wg = new WaitGroup();
  wg.add(n);
  for (let i = 0; i < n; i++) go(() => wg.done());
  go(() => wg.wait());
};

// (n+1)!
schedules("wait_done(3)", 24, waitDone(3));
schedules("wait_done(5)", 720, waitDone(5));

schedules("trylock", 3, () => {
  const mu = new Mutex();
  go(async () => {
    await mu.lock();
    mu.unlock();
  });
  go(() => mu.tryLock());
});

schedules("lost_signal", 8, () => {
  const ready = new Channel<true>(), signal = new Channel<true>();
  go(async () => {
    await ready.send(true);
    await signal.receive();
  });
  go(async () => {
    await ready.receive();
    await select({ sent: signal.sending(true) }, { default: true });
  });
});

schedules("select2(2, 0)", 112, () => {
  const channels = [new Channel<number>(), new Channel<number>()] as const;
  start(2, (i) => (channels[i % 2] as Channel<number>).send(i));
  go(() => times(2, () => select([channels[0].receiving(), channels[1].receiving()])));
});

schedules("two_selects", 8, () => {
  const a = new Channel<number>(), b = new Channel<number>();
  go(() => select({ sent: a.sending(1), got: b.receiving() }));
  go(() => select({ got: a.receiving(), sent: b.sending(2) }));
});
