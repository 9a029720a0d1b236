/**
 * Go's RWMutex, phase-fair.
 *
 * Invariants:
 * - While a writer holds the lock nobody else does; readers share it.
 * - A writer waits only while somebody holds the lock.
 * - A reader waits only while a writer holds the lock or waits for it.
 * - When a writer unlocks, all readers that wait by then come next, and only then the next writer; so whoever waits, waits
 *   for one phase of the other kind at most, and writers go in order.
 *
 * A writer that stops waiting, because its select took another case or its signal was aborted, lets in the readers that
 * nobody but it had barred: everything goes on as if it had never come. Therefore waiters carry a ticket, their place among
 * all arrivals.
 *
 * Rejected: admitting readers past a waiting writer, which starves writers; one queue for both kinds, in which readers
 * that come alternately with writers no longer read together; upgrading, with which two readers wait for each other.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { eventLoop, ParkedForSure } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, after, fatal, moment, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";
import type { Locker } from "./locker.ts";
import { isSameWaiter } from "./same_waiter.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

// As with Mutex, locking and the unlocking it waits for commute. Read locks commute with each other and with read unlocks:
// a waiting writer stands between them either way. A select, which may give up, and a misuse commute with nothing.
const R_LOCK = 1, LOCK = 2, R_UNLOCK = 4, UNLOCK = 8;
const TRY_R = 16, TRY_R_FAILED = 32, TRY = 64, TRY_FAILED = 128, WHOLE = 256;
const TRIES = TRY_R | TRY_R_FAILED | TRY | TRY_FAILED;
const ALL = R_LOCK | LOCK | R_UNLOCK | UNLOCK | TRIES | WHOLE;

/** The dependency relation of an RWMutex. */
export const ACCESS = {
  rLock: { verb: "rLock", bit: R_LOCK, mask: LOCK | UNLOCK | TRY | TRY_FAILED | WHOLE, hold: 1 },
  lock: { verb: "lock", bit: LOCK, mask: R_LOCK | LOCK | TRIES | WHOLE, hold: 1 },
  rUnlock: { verb: "rUnlock", bit: R_UNLOCK, mask: TRY | TRY_FAILED | WHOLE, hold: -1 },
  unlock: { verb: "unlock", bit: UNLOCK, mask: R_LOCK | TRIES | WHOLE, hold: -1 },
  tryRLock: {
    verb: "tryRLock",
    bit: TRY_R,
    mask: LOCK | UNLOCK | TRY | TRY_FAILED | WHOLE,
    hold: 1,
    varies: true,
  },
  tryRFailed: {
    verb: "tryRLock",
    bit: TRY_R_FAILED,
    mask: LOCK | UNLOCK | TRY | WHOLE,
    varies: true,
    isIdle: true,
  },
  tryLock: { verb: "tryLock", bit: TRY, mask: ALL, hold: 1, varies: true },
  tryFailed: {
    verb: "tryLock",
    bit: TRY_FAILED,
    mask: R_LOCK | LOCK | R_UNLOCK | UNLOCK | TRY_R | TRY | WHOLE,
    varies: true,
    isIdle: true,
  },
  selectRLock: { verb: "rLock", bit: WHOLE, mask: ALL, varies: true },
  selectLock: { verb: "lock", bit: WHOLE, mask: ALL, varies: true },
  // Of a lock that nobody holds in this way.
  rMisuse: { verb: "rUnlock", bit: WHOLE, mask: ALL },
  misuse: { verb: "unlock", bit: WHOLE, mask: ALL },
} as const satisfies Record<string, Access>;

/**
 * RWMutex lets either one writer or any number of readers into a section of code.
 *
 * It is phase-fair: a writer that waits bars readers that come later, and when a writer unlocks, all readers that wait by
 * then come before the next writer. Nobody starves. Hence a goroutine that reads must not lock for reading again: a
 * writer may have come in between, and each would wait for the other. It cannot be upgraded or downgraded.
 *
 * Like a Mutex it is not reentrant and has no owner: any goroutine may unlock it.
 *
 * Follows Go's sync.RWMutex.
 *
 * @example
 * ```ts
 * import { RWMutex } from "@interleave/go";
 *
 * const rw = new RWMutex();
 * const prices = new Map([["tea", 3]]);
 * await rw.withLock(() => prices.set("tea", 4));
 * const read = () => rw.withRLock(() => prices.get("tea"));
 * const both = await Promise.all([read(), read()]); // readers do not wait for each other
 * if (both.join() !== "4,4") throw new Error("stale");
 * ```
 */
export class RWMutex extends Resource implements Locker {
  static #RLocking = class RLocking extends Operation<void> {
    readonly kind = "sync.RWMutex.RLock";
    readonly verb = "rLock";
    readonly access: Access = ACCESS.rLock;
    readonly resource: RWMutex;

    constructor(mutex: RWMutex) {
      super();
      this.resource = mutex;
    }

    override get selectAccess(): Access {
      return ACCESS.selectRLock;
    }

    isReady(): boolean {
      return this.resource.#canRead();
    }

    commit(): void {
      this.resource.#read();
    }

    enqueue(waiter: Waiter): void {
      this.resource.#queue(waiter, this.resource.#waitingReaders);
    }

    override dequeue(waiter: Waiter): void {
      super.dequeue(waiter);
      this.resource.#admitUnbarred(waiter);
    }
  };

  static #Locking = class Locking extends Operation<void> {
    readonly kind = "sync.RWMutex.Lock";
    readonly verb = "lock";
    readonly access: Access = ACCESS.lock;
    readonly resource: RWMutex;

    constructor(mutex: RWMutex) {
      super();
      this.resource = mutex;
    }

    override get selectAccess(): Access {
      return ACCESS.selectLock;
    }

    isReady(): boolean {
      return this.resource.#isFree();
    }

    commit(): void {
      this.resource.#write();
    }

    enqueue(waiter: Waiter): void {
      this.resource.#queue(waiter, this.resource.#waitingWriters);
    }

    override dequeue(waiter: Waiter): void {
      super.dequeue(waiter);
      this.resource.#admitUnbarred(waiter);
    }
  };

  /** "RWMutex". */
  readonly type = "RWMutex";
  #isWriting = false;
  #readers = 0;
  #tickets = 0;
  // The moments of the last unlock and of all rUnlocks since; kept only while the harness listens.
  #unlockedAt = 0;
  #rUnlockedAt: number[] = [];
  readonly #waitingReaders = new WaitQueue();
  readonly #waitingWriters = new WaitQueue();
  readonly #rLocking: Operation<void> = new RWMutex.#RLocking(this);
  readonly #locking: Operation<void> = new RWMutex.#Locking(this);

  /**
   * Locks for reading, waiting while a writer holds the lock or waits for it.
   *
   * @param cancellation Gives up waiting; see {@linkcode Cancellation}.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * await rw.rLock();
   * try {
   *   // nobody writes here, others may read
   * } finally {
   *   rw.rUnlock();
   * }
   * ```
   */
  rLock(cancellation?: Cancellation): Promise<void> {
    if (cancellation !== undefined) return performCancellable(this.#rLocking, cancellation);
    if (outside.scheduler !== null) return outside.scheduler.perform(this.#rLocking);
    if (this.#canRead()) {
      this.#readers++;
      return loop.done();
    }
    const waiter = new ParkedForSure();
    this.#queue(waiter, this.#waitingReaders);
    return loop.parkForSure(waiter);
  }

  /**
   * Undoes one `rLock`. The last reader hands the lock to the writer that has waited longest, which resumes later.
   * Synchronous.
   *
   * @throws {Error} If nobody reads: "sync: RUnlock of unlocked RWMutex". Go calls that fatal: an exploration fails even
   * if the error is caught.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * await rw.rLock();
   * rw.rUnlock();
   * if (!rw.tryLock()) throw new Error("nobody reads any more");
   * ```
   */
  rUnlock(): void {
    const isObserved = outside.observer !== null;
    if (isObserved) touch(this, this.#readers > 0 ? ACCESS.rUnlock : ACCESS.rMisuse);
    if (this.#readers === 0) {
      throw fatal(new Error("Cannot unlock for reading: sync: RUnlock of unlocked RWMutex"));
    }
    this.#readers--;
    if (isObserved) {
      const now = moment();
      if (now > 0) this.#rUnlockedAt.push(now);
    }
    if (this.#readers === 0) this.#admitWriter();
  }

  /**
   * Locks for writing, waiting until nobody holds the lock and writers that came before are through.
   *
   * @param cancellation Gives up waiting; readers that it alone had barred are then let in at once. See
   * {@linkcode Cancellation}.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * await rw.lock();
   * try {
   *   // alone here
   * } finally {
   *   rw.unlock();
   * }
   * ```
   */
  lock(cancellation?: Cancellation): Promise<void> {
    if (cancellation !== undefined) return performCancellable(this.#locking, cancellation);
    if (outside.scheduler !== null) return outside.scheduler.perform(this.#locking);
    if (this.#isFree()) {
      this.#isWriting = true;
      return loop.done();
    }
    const waiter = new ParkedForSure();
    this.#queue(waiter, this.#waitingWriters);
    return loop.parkForSure(waiter);
  }

  /**
   * Undoes `lock`: lets in all readers that wait, in the order in which they came, or, if there are none, the writer that
   * has waited longest. They resume later. Synchronous. O(number of readers let in).
   *
   * @throws {Error} If nobody writes: "sync: Unlock of unlocked RWMutex". Go calls that fatal: an exploration fails even
   * if the error is caught.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * await rw.lock();
   * rw.unlock();
   * if (!rw.tryRLock()) throw new Error("nobody writes any more");
   * ```
   */
  unlock(): void {
    const isObserved = outside.observer !== null;
    if (isObserved) touch(this, this.#isWriting ? ACCESS.unlock : ACCESS.misuse);
    if (!this.#isWriting) throw fatal(new Error("Cannot unlock: sync: Unlock of unlocked RWMutex"));
    this.#isWriting = false;
    if (isObserved) {
      this.#unlockedAt = moment();
      this.#rUnlockedAt = [];
    }
    if (this.#waitingReaders.first === null) this.#admitWriter();
    else this.#admitReaders(Infinity);
  }

  /**
   * Locks for reading if no writer holds the lock or waits for it, and returns whether it did. Synchronous.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * if (!rw.tryRLock() || !rw.tryRLock()) throw new Error("readers share");
   * ```
   */
  tryRLock(): boolean {
    const isReady = this.#canRead();
    touch(this, isReady ? ACCESS.tryRLock : ACCESS.tryRFailed);
    if (isReady) this.#read();
    return isReady;
  }

  /**
   * Locks for writing if nobody holds the lock, and returns whether it did. Synchronous.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * await rw.rLock();
   * if (rw.tryLock()) throw new Error("somebody reads");
   * ```
   */
  tryLock(): boolean {
    const isReady = this.#isFree();
    touch(this, isReady ? ACCESS.tryLock : ACCESS.tryFailed);
    if (isReady) this.#write();
    return isReady;
  }

  /**
   * Runs `body` with the lock held for reading and unlocks exactly once, however `body` ends. Gives what `body` gives.
   *
   * @typeParam R What `body` gives.
   * @param body What to do while holding the lock.
   * @param cancellation Gives up waiting for the lock; see {@linkcode Cancellation}.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * if (await rw.withRLock(() => 42) !== 42) throw new Error("wrong result");
   * ```
   */
  async withRLock<R>(body: () => R | PromiseLike<R>, cancellation?: Cancellation): Promise<R> {
    await this.rLock(cancellation);
    try {
      return await body();
    } finally {
      this.rUnlock();
    }
  }

  /**
   * Runs `body` with the lock held for writing and unlocks exactly once, however `body` ends. Gives what `body` gives.
   *
   * @typeParam R What `body` gives.
   * @param body What to do while holding the lock.
   * @param cancellation Gives up waiting for the lock; see {@linkcode Cancellation}.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * if (await rw.withLock(() => 42) !== 42) throw new Error("wrong result");
   * ```
   */
  async withLock<R>(body: () => R | PromiseLike<R>, cancellation?: Cancellation): Promise<R> {
    await this.lock(cancellation);
    try {
      return await body();
    } finally {
      this.unlock();
    }
  }

  /**
   * Returns the reading side as a Locker: its `lock` is `rLock`, its `unlock` is `rUnlock`.
   *
   * @example
   * ```ts
   * import { RWMutex } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * const reading = rw.rLocker();
   * await reading.lock();
   * if (rw.state() !== "locked by 1 reader") throw new Error(rw.state());
   * reading.unlock();
   * ```
   */
  rLocker(): Locker {
    return { lock: (cancellation) => this.rLock(cancellation), unlock: () => this.rUnlock() };
  }

  /**
   * Describes locking for reading, for `select`.
   *
   * @example
   * ```ts
   * import { RWMutex, trySelect } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * if (!trySelect({ locked: rw.rLocking() })) throw new Error("it was free");
   * rw.rUnlock();
   * ```
   */
  rLocking(): Operation<void> {
    return this.#rLocking;
  }

  /**
   * Describes locking for writing, for `select`. While the select waits, it bars readers; if another case is taken, those
   * readers are let in at once.
   *
   * @example
   * ```ts
   * import { RWMutex, trySelect } from "@interleave/go";
   *
   * const rw = new RWMutex();
   * if (!trySelect({ locked: rw.locking() })) throw new Error("it was free");
   * rw.unlock();
   * ```
   */
  locking(): Operation<void> {
    return this.#locking;
  }

  /** Whether nobody holds it. */
  override get isIdle(): boolean {
    return !this.#isWriting && this.#readers === 0;
  }

  /** "unlocked", "locked for writing" or "locked by 2 readers". */
  state(): string {
    if (this.#isWriting) return "locked for writing";
    if (this.#readers === 0) return "unlocked";
    return `locked by ${this.#readers} reader${this.#readers === 1 ? "" : "s"}`;
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    const isWriting = this.#isWriting;
    const readers = this.#readers;
    return () => {
      this.#isWriting = isWriting;
      this.#readers = readers;
      this.#unlockedAt = 0;
      this.#rUnlockedAt = [];
      this.#waitingReaders.clear();
      this.#waitingWriters.clear();
    };
  }

  #canRead(): boolean {
    return !this.#isWriting && this.#waitingWriters.first === null;
  }

  #isFree(): boolean {
    return !this.#isWriting && this.#readers === 0;
  }

  #queue(waiter: Waiter, queue: WaitQueue): void {
    waiter.payload = this.#tickets++;
    queue.push(waiter);
  }

  /** Locks for reading. `reader` is whoever has waited; nobody if the caller has not. */
  #read(reader?: Waiter): void {
    if (outside.observer !== null) after(this.#unlockedAt, reader);
    this.#readers++;
  }

  /** Locks for writing. `writer` is whoever has waited; nobody if the caller has not. */
  #write(writer?: Waiter): void {
    if (outside.observer !== null) {
      after(this.#unlockedAt, writer);
      for (const unlocked of this.#rUnlockedAt) after(unlocked, writer);
    }
    this.#isWriting = true;
  }

  /** `leaving` has left its queue: lets in the readers that came before all writers that wait. */
  #admitUnbarred(leaving: Waiter): void {
    if (this.#isWriting) return;
    const writer = this.#waitingWriters.first;
    this.#admitReaders(writer === null ? Infinity : writer.payload as number, leaving);
  }

  /** Lets in the readers with tickets below `end`, in order, until one is the same waiter as `leaving`. */
  #admitReaders(end: number, leaving?: Waiter): void {
    const waiting = this.#waitingReaders;
    for (let reader = waiting.first; reader !== null; reader = waiting.first) {
      if (reader.payload as number > end) return;
      if (leaving !== undefined && isSameWaiter(reader, leaving)) return;
      waiting.shift();
      this.#read(reader);
      reader.complete(undefined);
    }
  }

  #admitWriter(): void {
    const writer = this.#waitingWriters.shift();
    if (writer === null) return;
    this.#write(writer);
    writer.complete(undefined);
  }
}
