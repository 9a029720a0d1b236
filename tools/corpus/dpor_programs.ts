/**
 * Programs whose classes of schedules others have counted: the yardstick of reduced search. The numbers are in
 * `dpor_counts.tsv`, with the source of each.
 *
 * A program is a few goroutines; main makes what they share, starts them in order and ends. Every operation ends its
 * step: those that wait do so by themselves, behind the others stands a yield, except behind the last of a goroutine.
 *
 * @module
 */

import { Channel, go, Mutex, select, WaitGroup, yieldNow } from "../../mod.ts";
import { Shared } from "../../testing/shared.ts";

/** DporProgram is one of them: main, given its parameters. */
export type DporProgram = (...parameters: number[]) => void;

type Cell = Shared<number>;
/** An operation of a goroutine; gives the value read. */
type Op = () => unknown | Promise<unknown>;

const cell = (value = 0): Cell => new Shared(value);
const R = (x: Cell): Op => () => x.get();
const W = (x: Cell, value: number): Op => () => x.set(value);
const CAS = (x: Cell, expected: number, value: number): Op => () =>
  x.compareAndSet(expected, value);
const FAA = (x: Cell, delta: number): Op => () => void x.update((n) => n + delta);
const L = (m: Mutex): Op => () => m.lock();
const U = (m: Mutex): Op => () => m.unlock();

/** Performs operations one after another, each in a step of its own. */
async function run(operations: readonly Op[]): Promise<void> {
  for (const [i, operation] of operations.entries()) {
    const result = operation();
    if (result instanceof Promise) await result;
    else if (i < operations.length - 1) await yieldNow();
  }
}

/** Starts a goroutine that performs these operations. */
function start(...operations: Op[]): void {
  go(() => run(operations));
}

async function times(n: number, body: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < n; i++) await body(i);
}

function each(n: number, body: (i: number) => void): void {
  for (let i = 0; i < n; i++) body(i);
}

/** Reads, and if the value is as wanted performs the rest, each in a step of its own. */
function ifRead(x: Cell, isWanted: (value: number) => boolean, ...rest: Op[]): void {
  go(async () => {
    if (!isWanted(x.get())) return;
    await yieldNow();
    await run(rest);
  });
}

const isSet = (value: number): boolean => value !== 0;
const isZero = (value: number): boolean => value === 0;
const is = (wanted: number) => (value: number): boolean => value === wanted;

function litmus(program: (x: Cell, y: Cell, z: Cell, w: Cell) => void): DporProgram {
  return () => program(cell(), cell(), cell(), cell());
}

const CELLS_AND_LOCKS: Record<string, DporProgram> = {
  readers(n = 0) {
    const x = cell();
    start(W(x, 42));
    each(n, () => start(R(x)));
  },
  lastzero(n = 0) {
    const a = Array.from({ length: n + 1 }, () => cell());
    go(async () => {
      for (let i = n; i >= 0; i--) {
        if ((a[i] as Cell).get() === 0) return;
        await yieldNow();
      }
    });
    for (let j = 1; j <= n; j++) {
      go(async () => {
        const r = (a[j - 1] as Cell).get();
        await yieldNow();
        (a[j] as Cell).set(r + 1);
      });
    }
  },
  filesystem(n = 0) {
    const inode = Array.from({ length: 32 }, () => cell());
    const busy = Array.from({ length: 26 }, () => cell());
    const li = Array.from({ length: 32 }, () => new Mutex());
    const lb = Array.from({ length: 26 }, () => new Mutex());
    each(n, (t) => {
      go(async () => {
        const i = t % 32;
        await (li[i] as Mutex).lock();
        const value = (inode[i] as Cell).get();
        await yieldNow();
        if (value === 0) {
          let b = (2 * i) % 26;
          for (;;) {
            await (lb[b] as Mutex).lock();
            const isBusy = (busy[b] as Cell).get();
            await yieldNow();
            if (isBusy === 0) {
              (busy[b] as Cell).set(1);
              await yieldNow();
              (inode[i] as Cell).set(b + 1);
              await yieldNow();
              (lb[b] as Mutex).unlock();
              await yieldNow();
              break;
            }
            (lb[b] as Mutex).unlock();
            await yieldNow();
            b = (b + 1) % 26;
          }
        }
        (li[i] as Mutex).unlock();
      });
    });
  },
  casw(n = 0) {
    const x = cell();
    each(n, (i) => start(CAS(x, 0, 1), W(x, i + 3)));
  },
  casrot(n = 0) {
    const x = cell();
    each(n, (i) => start(CAS(x, i, i + 1)));
  },
  cas(n = 0) {
    const x = cell();
    each(n, (i) => start(CAS(x, 0, i + 1)));
  },
  ainc(n = 0) {
    const x = cell();
    each(n, () => start(FAA(x, 1)));
  },
  binc(n = 0) {
    const x = cell(), y = cell();
    each(n, () => start(FAA(x, 1), FAA(y, 1)));
  },
  cinc(n = 0) {
    const x = cell(), y = cell(), z = cell();
    each(n, () => start(FAA(x, 1), FAA(y, 1), FAA(z, 1)));
  },
  inc(n = 0) {
    const x = cell();
    each(n, (i) => {
      go(async () => {
        const r = x.get();
        await yieldNow();
        x.set(r + 2 ** i);
      });
    });
  },
  wainc(n = 0) {
    const x = cell();
    start(W(x, 42));
    each(n, () => start(FAA(x, 1)));
  },
  lockinc(n = 0) {
    const x = cell(), m = new Mutex();
    each(n, () => {
      go(async () => {
        await m.lock();
        const r = x.get();
        await yieldNow();
        x.set(r + 1);
        await yieldNow();
        m.unlock();
      });
    });
  },
  nwriters(n = 0) {
    const x = cell();
    each(n, (i) => start(W(x, i + 1)));
    start(R(x));
  },
  parlength(n = 0) {
    const v = cell(), l = [cell(), cell()];
    each(2, (t) => {
      const own = l[t] as Cell;
      go(async () => {
        for (let i = 0; i < n; i++) {
          own.set(i);
          await yieldNow();
          own.get();
          await yieldNow();
        }
        v.set(t);
        await yieldNow();
        v.get();
      });
    });
  },
  dekker_f() {
    const x = cell(), y = cell(), c = cell();
    const side = (own: Cell, other: Cell, mark: number, ...rest: Op[]) => {
      go(async () => {
        own.set(1);
        await yieldNow();
        if (other.get() !== 0) return;
        await yieldNow();
        await run([W(c, mark), ...rest]);
      });
    };
    side(y, x, 1, R(c));
    side(x, y, 0, R(c));
  },
  big0() {
    const x = cell(), y = cell(), z = cell(), w = cell();
    start(R(x), R(y), R(z), R(w), R(x), R(y), R(z));
    start(R(x), R(y), R(z));
    start(...[1, 2, 3].flatMap((i) => [W(x, i), W(y, i)]));
    start(...[1, 2, 3].flatMap((i) => [W(z, i), W(w, i)]));
  },
  wrw(n = 0) {
    const x = cell();
    start(W(x, 1));
    each(n, (i) => start(R(x), W(x, i)));
  },
  sigma(n = 0) {
    const ai = cell(-1);
    const a = Array.from({ length: n }, () => cell());
    go(async () => {
      for (let i = 0; i < n; i++) {
        const r = ai.get();
        await yieldNow();
        ai.set(r + 1);
        await yieldNow();
        go(async () => {
          const k = ai.get();
          await yieldNow();
          (a[k] as Cell).set(1);
        });
      }
    });
  },
};

const LITMUS: Record<string, DporProgram> = {
  sb: litmus((x, y) => {
    start(W(x, 1), R(y));
    start(W(y, 1), R(x));
  }),
  mp: litmus((x, y) => {
    start(W(x, 1), W(y, 1));
    start(R(y), R(x));
  }),
  lb: litmus((x, y) => {
    start(R(x), W(y, 1));
    start(R(y), W(x, 1));
  }),
  "2+2w": litmus((x, y) => {
    start(W(x, 1), W(y, 2));
    start(W(y, 1), W(x, 2));
  }),
  cowr: litmus((x) => {
    start(W(x, 1), R(x));
    start(W(x, 2));
  }),
  "w+rwc": litmus((x, y, z) => {
    start(W(x, 1), W(y, 1));
    start(R(y), R(z));
    start(W(z, 1), R(x));
  }),
  corr1: litmus((x) => {
    start(W(x, 1));
    start(W(x, 2));
    start(R(x), R(x));
    start(R(x));
  }),
  corr2: litmus((x) => {
    start(W(x, 1));
    start(W(x, 2));
    start(R(x), R(x));
    start(R(x), R(x));
  }),
  "inc+inc+rr+w+rr": litmus((x) => {
    start(FAA(x, 1));
    start(FAA(x, 1));
    start(R(x), R(x));
    start(W(x, 42));
    start(R(x), R(x));
  }),
  mpu2: litmus((x, y) => {
    start(W(x, 1), W(y, 0), W(y, 1));
    start(CAS(y, 2, 3));
    start(CAS(y, 1, 2));
    ifRead(y, (value) => value > 2, W(x, 2));
  }),
  iriwish: litmus((x, y) => {
    start(W(x, 1));
    go(async () => {
      const r = x.get();
      await yieldNow();
      y.set(r);
    });
    start(R(x), R(y));
    start(R(y), R(x));
  }),
  wwmerge1: litmus((x, y) => {
    start(R(x), R(y));
    start(W(x, 1), W(x, 2));
    start(W(y, 1), R(x));
  }),
  cii: litmus((x) => {
    start(CAS(x, 1, 2));
    start(FAA(x, 1));
    start(FAA(x, 1));
  }),
  wcii: litmus((x) => {
    start(W(x, 5));
    start(CAS(x, 1, 2));
    start(FAA(x, 1));
    start(FAA(x, 1));
  }),
  small0: litmus((x) => {
    start(R(x));
    start(R(x), W(x, 1));
    start(W(x, 2));
  }),
  default: litmus((x) => {
    start(R(x), R(x));
    start(W(x, 1));
    start(W(x, 2));
  }),
  "w+rrr+w": litmus((x) => {
    start(W(x, 1));
    start(R(x), R(x), R(x));
    start(W(x, 2));
  }),
  iriw: litmus((x, y) => {
    start(W(x, 1));
    start(R(x), R(y));
    start(R(y), R(x));
    start(W(y, 1));
  }),
};

/** Reads cells while each is set. */
function chainOfReads(...cells: Cell[]): void {
  go(async () => {
    for (const [i, x] of cells.entries()) {
      if (x.get() === 0 || i === cells.length - 1) return;
      await yieldNow();
    }
  });
}

const CONDITIONAL: Record<string, DporProgram> = {
  popl: litmus((x, y, z) => {
    start(W(x, 1));
    start(W(y, 1));
    ifRead(y, isZero, W(z, 1));
    go(async () => {
      if (z.get() !== 1) return;
      await yieldNow();
      if (y.get() !== 0) return;
      await yieldNow();
      x.set(2);
    });
  }),
  many_initials: litmus((x, y, z) => {
    start(W(x, 1));
    start(W(y, 1));
    start(W(z, 1));
    go(async () => {
      const a = y.get();
      await yieldNow();
      const b = z.get();
      if (!a || !b) return;
      await yieldNow();
      x.get();
    });
  }),
  sleeping_races_1: litmus((x, y) => {
    start(W(y, 1));
    start(W(x, 1));
    ifRead(x, isSet, R(y));
  }),
  sleeping_races_2: litmus((x, y) => {
    start(W(y, 1));
    start(W(x, 1));
    go(async () => {
      y.set(2);
      await yieldNow();
      if (x.get() === 0) return;
      await yieldNow();
      y.get();
    });
  }),
  sleeping_races_3_read: litmus((x, y) => {
    start(W(y, 1));
    start(W(x, 1));
    start(R(x));
    ifRead(x, isSet, R(y));
  }),
  sleeping_races_3_write: litmus((x, y) => {
    start(W(y, 1));
    start(W(x, 1));
    start(W(x, 2));
    ifRead(x, isSet, R(y));
  }),
  sleeping_races_5: litmus((x, y) => {
    start(W(y, 1));
    start(W(x, 1));
    start(R(x), R(y));
    ifRead(x, isSet, R(y));
    start(R(y));
  }),
  manywrite: litmus((x, y) => {
    start(W(x, 1));
    start(W(x, 2));
    start(W(y, 1));
    start(W(y, 2));
  }),
  two_writers_readers_1: litmus((x, y) => {
    start(W(x, 1), W(x, 2));
    start(R(y), R(x));
    start(R(y), R(x));
  }),
  two_writers_readers_2: litmus((x, y) => {
    start(W(x, 1));
    start(W(x, 2));
    start(R(y), R(x));
    start(R(y), R(x));
  }),
  hairbrush_teeth_1: litmus((x) => {
    start(W(x, 1), W(x, 2));
    start(R(x), R(x));
  }),
  hairbrush_teeth_2: litmus((x) => {
    start(W(x, 1), W(x, 2), W(x, 3));
    start(R(x), R(x), R(x));
  }),
  hairbrush_teeth_3: litmus((x) => {
    start(W(x, 1), W(x, 2));
    each(2, () => start(R(x), R(x)));
  }),
  hairbrush_teeth_4: litmus((x) => {
    start(W(x, 1), W(x, 2), W(x, 3));
    each(2, () => start(R(x), R(x), R(x)));
  }),
  depend_1: litmus((x, y, z) => {
    start(W(z, 1));
    start(W(x, 1));
    start(W(y, 1));
    chainOfReads(x, y, z);
    chainOfReads(y, z);
  }),
  depend_4: litmus((x, y, z) => {
    start(W(z, 1));
    start(W(x, 1));
    start(W(y, 1));
    go(async () => {
      if (x.get() !== 1) return;
      await yieldNow();
      if (y.get() === 0) return;
      await yieldNow();
      z.get();
    });
    chainOfReads(y, z);
    start(W(x, 2));
  }),
  depend_5: litmus((x, y, z) => {
    start(W(z, 1));
    start(W(x, 1));
    start(W(y, 1), W(y, 2));
    chainOfReads(x, y, z);
    start(R(x));
  }),
  depend_6: litmus((_x, y, z) => {
    start(R(y), R(z));
    start(R(y));
    start(W(z, 1));
    start(W(y, 1), W(y, 2));
  }),
  long_chain() {
    const x = cell(), y = cell(), z = cell(), w = cell(), a = cell(), b = cell(), c = cell();
    start(W(x, 1), W(w, 1));
    for (const [p, q] of [[x, y], [y, a], [a, b], [b, c], [c, z]] as [Cell, Cell][]) {
      ifRead(p, is(1), W(q, 1));
    }
    ifRead(a, is(1), R(w));
    ifRead(z, is(1), R(w));
  },
  difficult_readers: litmus((x) => {
    start(W(x, 1));
    start(W(x, 2));
    start(R(x));
    start(R(x));
  }),
  conditional_readers: litmus((x, y) => {
    start(W(x, 1));
    each(2, () => ifRead(y, isZero, R(x), W(y, 1)));
  }),
  wakeup_many: litmus((x) => {
    start(W(x, 1));
    start(W(x, 0));
    start(W(x, 1));
  }),
};

const PRIMITIVES: Record<string, DporProgram> = {
  mutex(n = 0, k = 0) {
    const m = new Mutex();
    each(n, () =>
      go(() =>
        times(k, async () => {
          await m.lock();
          m.unlock();
          await yieldNow();
        })
      ));
  },
  mutex_glued(n = 0, k = 0) {
    const m = new Mutex();
    each(n, () =>
      go(() =>
        times(k, async () => {
          await m.lock();
          m.unlock();
        })
      ));
  },
  philosophers(n = 0) {
    const forks = Array.from({ length: n }, () => new Mutex());
    each(n, (i) => {
      const first = forks[i] as Mutex, second = forks[(i + 1) % n] as Mutex;
      go(async () => {
        await first.lock();
        await second.lock();
        second.unlock();
        await yieldNow();
        first.unlock();
      });
    });
  },
  pingpong(n = 0) {
    const a = new Channel<number>(), b = new Channel<number>();
    go(() =>
      times(n, async () => {
        await a.send(0);
        await b.receive();
      })
    );
    go(() =>
      times(n, async () => {
        await a.receive();
        await b.send(0);
      })
    );
  },
  spsc(n = 0, capacity = 0) {
    const c = new Channel<number>(capacity);
    go(() => times(n, (i) => c.send(i)));
    go(() => times(n, () => c.receive()));
  },
  pipeline(n = 0, capacity = 0) {
    const a = new Channel<number>(capacity), b = new Channel<number>(capacity);
    go(() => times(n, (i) => a.send(i)));
    go(() =>
      times(n, async () => {
        const value = await a.receive();
        await b.send(value as number);
      })
    );
    go(() => times(n, () => b.receive()));
  },
  mpsc(n = 0, capacity = 0) {
    const c = new Channel<number>(capacity);
    each(n, (i) => go(() => c.send(i)));
    go(() => times(n, () => c.receive()));
  },
  mpmc(n = 0, capacity = 0) {
    const c = new Channel<number>(capacity);
    each(n, (i) => go(() => c.send(i)));
    each(n, () => go(() => c.receive()));
  },
  semaphore(n = 0, capacity = 0) {
    const c = new Channel<number>(capacity);
    each(n, () =>
      go(async () => {
        await c.send(0);
        await c.receive();
      }));
  },
  close_range(n = 0, capacity = 0) {
    const c = new Channel<number>(capacity);
    go(async () => {
      await times(n, (i) => c.send(i));
      c.close();
    });
    each(2, () =>
      go(async () => {
        const seen: number[] = [];
        for await (const value of c) seen.push(value);
        return seen;
      }));
  },
  wait_done(n = 0) {
    const wg = new WaitGroup();
    wg.add(n);
    each(n, () => go(() => wg.done()));
    go(() => wg.wait());
  },
  trylock() {
    const m = new Mutex();
    start(L(m), U(m));
    go(() => m.tryLock());
  },
  lost_signal() {
    const rdy = new Channel<number>(), c = new Channel<number>();
    go(async () => {
      await rdy.send(0);
      await c.receive();
    });
    go(async () => {
      await rdy.receive();
      await select({ send: c.sending(0) }, { default: true });
    });
  },
  select2(n = 0, capacity = 0) {
    const c = [new Channel<number>(capacity), new Channel<number>(capacity)] as const;
    each(n, (i) => go(() => (c[i % 2] as Channel<number>).send(i)));
    go(async () => {
      const seen: number[] = [];
      for (let i = 0; i < n; i++) {
        const got = await select([c[0].receiving(), c[1].receiving()]);
        seen.push(got.value as number);
      }
      return seen;
    });
  },
  two_selects() {
    const a = new Channel<number>(), b = new Channel<number>();
    go(async () => (await select({ a: a.sending(1), b: b.receiving() })).key);
    go(async () => (await select({ a: a.receiving(), b: b.sending(2) })).key);
  },
  yields(n = 0, k = 0) {
    each(n, () => go(() => times(k, () => yieldNow())));
  },
  counter(n = 0) {
    const x = cell();
    each(n, () =>
      go(async () => {
        const r = x.get();
        await yieldNow();
        x.set(r + 1);
      }));
  },
};

let reached = 0;

/** How the programs for comparing strategies say that the bug was reached. They go on, so that traces can be counted. */
export function bug(): void {
  reached++;
}

/** How many times a bug was reached since the last call. */
export function takeBugs(): number {
  const count = reached;
  reached = 0;
  return count;
}

const noise = (n: number, x: Cell): Op[] => Array.from({ length: n }, () => R(x));

const STRATEGY_PROGRAMS: Record<string, DporProgram> = {
  fig5(n = 0) {
    const m = new Mutex(), x = cell(), y = cell();
    go(async () => {
      await m.lock();
      if (x.get() === 1) bug();
      await yieldNow();
      m.unlock();
    });
    go(async () => {
      for (let i = 0; i < n; i++) {
        y.set(i);
        await yieldNow();
      }
      await m.lock();
      x.set(1);
      await yieldNow();
      m.unlock();
    });
  },
  uneven(n = 0) {
    const x = cell(1);
    start(W(x, 0));
    go(async () => {
      for (let i = 0; i < n; i++) {
        x.set(1);
        await yieldNow();
      }
      if (x.get() === 0) bug();
    });
  },
  reorder(n = 0) {
    const a = cell(), b = cell();
    each(n, () => start(W(a, 1), W(b, -1)));
    go(async () => {
      const p = a.get();
      await yieldNow();
      const q = b.get();
      if (!((p === 0 && q === 0) || (p === 1 && q === -1))) bug();
    });
  },
  lost_signal_noise(n = 0) {
    const z = cell(), rdy = new Channel<number>(1), c = new Channel<number>();
    go(async () => {
      for (let i = 0; i < n; i++) {
        z.set(i);
        await yieldNow();
      }
      await rdy.send(0);
      await c.receive();
    });
    go(async () => {
      await rdy.receive();
      await select({ send: c.sending(0) }, { default: true });
    });
  },
  abba(k = 0, n = 0) {
    const a = new Mutex(), b = new Mutex(), z = cell();
    const locker = (first: Mutex, second: Mutex) => async () => {
      await first.lock();
      await second.lock();
      second.unlock();
      await yieldNow();
      first.unlock();
    };
    go(locker(a, b));
    go(locker(b, a));
    each(k, () => start(...noise(n, z)));
  },
  depth3() {
    const a = cell(), b = cell(), z = cell();
    start(...noise(5, z), W(a, 1), ...noise(5, z), W(a, 2), ...noise(5, z));
    go(async () => {
      await runOn(noise(5, z));
      if (a.get() !== 1) return;
      await yieldNow();
      await run([...noise(5, z), W(b, 1)]);
    });
    go(async () => {
      await runOn(noise(8, z));
      if (b.get() !== 1) return;
      await yieldNow();
      if (a.get() === 1) bug();
    });
  },
};

/** Performs operations with more to come: a yield behind each. */
async function runOn(operations: readonly Op[]): Promise<void> {
  for (const operation of operations) {
    await operation();
    await yieldNow();
  }
}

/** All programs by name. */
export const DPOR_PROGRAMS: Readonly<Record<string, DporProgram>> = {
  ...CELLS_AND_LOCKS,
  ...LITMUS,
  ...CONDITIONAL,
  ...PRIMITIVES,
  ...STRATEGY_PROGRAMS,
};

/** DporRow is a line of the table. */
export interface DporRow {
  readonly program: string;
  /** What is counted: "traces", "naive", "objectwise", "outcomes", "deadlocks", "samevalue". */
  readonly counted: string;
  readonly parameters: readonly number[];
  readonly count: number;
  readonly source: string;
}

/** Reads the table. */
export function parseDporRows(tsv: string): DporRow[] {
  return tsv.trim().split("\n").slice(1).map((line) => {
    const [name, n, count, source] = line.split("\t") as [string, string, string, string];
    const [program, counted = "traces"] = name.split(":") as [string, string?];
    const parameters = n === "-" ? [] : n.split(",").map(Number);
    return { program, counted, parameters, count: Number(count), source };
  });
}
