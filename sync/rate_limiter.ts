/**
 * Go's rate limiter.
 *
 * Fairness: reservations act in the order in which they were made, and `wait` makes one when it is called. A large one
 * bars later small ones; nobody overtakes.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { current } from "../runtime/current.ts";
import { checkDuration } from "../runtime/duration.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import { Timer } from "../runtime/scheduler.ts";
import type { Context } from "./context.ts";
import { type Promised, TokenBucket } from "./token_bucket.ts";

const TAKE = 1, LOOK = 2;
/** How it is touched. */
export const ACCESS = {
  allow: { verb: "allow", bit: TAKE, mask: TAKE | LOOK },
  reserve: { verb: "reserve", bit: TAKE, mask: TAKE | LOOK },
  wait: { verb: "wait", bit: TAKE, mask: TAKE | LOOK },
  cancel: { verb: "cancel", bit: TAKE, mask: TAKE | LOOK },
  set: { verb: "set", bit: TAKE, mask: TAKE | LOOK },
  tokens: { verb: "tokens", bit: LOOK, mask: TAKE, isIdle: true },
  limit: { verb: "limit", bit: LOOK, mask: TAKE, isIdle: true },
  burst: { verb: "burst", bit: LOOK, mask: TAKE, isIdle: true },
} as const satisfies Record<string, Access>;

/**
 * Reservation is what {@linkcode RateLimiter.reserve} gives: tokens that are taken already and may be used after a while.
 *
 * @example
 * ```ts
 * import { RateLimiter, type Reservation, sleep } from "@interleave/go";
 *
 * const limiter = new RateLimiter(1000, 1);
 * const reservation: Reservation = limiter.reserve();
 * if (!reservation.ok) throw new Error("one token is not more than the burst");
 * await sleep(reservation.delay());
 * ```
 */
export interface Reservation {
  /** Whether the tokens will ever be there: false if there are more than the burst. */
  readonly ok: boolean;
  /** How long to wait before acting, in milliseconds: 0 for not at all, Infinity if it is not `ok`. */
  delay(): number;
  /**
   * Says that there will be no action after all: what no later reservation has counted on is given back. Too late once
   * the time to act has passed.
   */
  cancel(): void;
}

/**
 * RateLimiter lets through so many events a second on average, and `burst` at once.
 *
 * It is a bucket of `burst` tokens, full at the start, which refills at `limit` tokens a second. An event takes a token.
 *
 * Follows Limiter of golang.org/x/time/rate.
 *
 * @example
 * ```ts
 * import { every, RateLimiter } from "@interleave/go";
 *
 * const limiter = new RateLimiter(every(2), 3); // one every 2 ms, three at once
 * let sent = 0;
 * for (let i = 0; i < 5; i++) {
 *   await limiter.wait();
 *   sent++;
 * }
 * if (sent !== 5) throw new Error("all are sent in the end");
 * ```
 */
export class RateLimiter extends Resource {
  static #Waiting = class Waiting extends Operation<void> {
    readonly kind = "rate.Limiter.Wait";
    readonly verb = "wait";
    readonly access: Access = ACCESS.wait;
    readonly resource: RateLimiter;
    /** How many tokens, for traces. */
    readonly value: number;
    readonly #deadline: number;

    constructor(limiter: RateLimiter, tokens: number, deadline: number) {
      super();
      this.resource = limiter;
      this.value = tokens;
      this.#deadline = deadline;
    }

    isReady(): boolean {
      const now = current().now();
      const { isOk, timeToAct } = this.resource.#bucket.promise(now, this.value, Infinity);
      return !isOk || timeToAct <= now || timeToAct > this.#deadline;
    }

    commit(): void {
      const { burst, limit } = this.resource.#bucket, n = this.value;
      if (n > burst && limit !== Infinity) {
        throw new Error(`Cannot wait: rate: Wait(n=${n}) exceeds limiter's burst ${burst}`);
      }
      const { isOk } = this.resource.#bucket.reserve(current().now(), n, 0);
      if (!isOk) throw new Error(`Cannot wait: rate: Wait(n=${n}) would exceed context deadline`);
    }

    enqueue(waiter: Waiter): void {
      const scheduler = current();
      const now = scheduler.now();
      const turn = new Turn(waiter, this.resource.#bucket.reserve(now, this.value, Infinity));
      waiter.payload = turn;
      scheduler.setTimer(turn, turn.promised.timeToAct - now);
    }

    override dequeue(waiter: Waiter): void {
      const turn = waiter.payload as Turn;
      if (!turn.scheduler?.clearTimer(turn)) return;
      this.resource.#bucket.cancel(current().now(), turn.promised);
    }
  };

  /** "RateLimiter". */
  readonly type = "RateLimiter";
  readonly #bucket: TokenBucket;

  /**
   * Makes a limiter with a full bucket.
   *
   * @param limit Tokens a second; Infinity lets everything through, whatever the burst. See {@linkcode every}.
   * @param burst The size of the bucket: how many events may happen at once.
   * @throws {RangeError} If the limit is negative or NaN, or the burst is negative or no whole number.
   */
  constructor(limit: number, burst: number) {
    super();
    this.#bucket = new TokenBucket(checkLimit(limit), checkCount(burst, "burst"));
  }

  /** Tokens a second. */
  get limit(): number {
    touch(this, ACCESS.limit);
    return this.#bucket.limit;
  }

  /** The size of the bucket. */
  get burst(): number {
    touch(this, ACCESS.burst);
    return this.#bucket.burst;
  }

  /** How many tokens there are now, with a fraction; fewer than none while some are reserved. */
  get tokens(): number {
    touch(this, ACCESS.tokens);
    return this.#bucket.tokensAt(current().now());
  }

  /**
   * Takes `n` tokens if they are there, and returns whether they were. Synchronous. For what is dropped when there is too
   * much of it.
   *
   * @throws {RangeError} If `n` is negative or no whole number.
   *
   * @example
   * ```ts
   * import { RateLimiter } from "@interleave/go";
   *
   * const limiter = new RateLimiter(1, 2);
   * if (!limiter.allow(2)) throw new Error("the bucket was full");
   * if (limiter.allow()) throw new Error("it was empty");
   * ```
   */
  allow(n = 1): boolean {
    checkCount(n, "n");
    touch(this, ACCESS.allow, n);
    return this.#bucket.reserve(current().now(), n, 0).isOk;
  }

  /**
   * Takes `n` tokens, also those that are still to come, and says how long to wait for them. Synchronous. For those who
   * want to slow down without dropping anything.
   *
   * @throws {RangeError} If `n` is negative or no whole number.
   *
   * @example
   * ```ts
   * import { RateLimiter } from "@interleave/go";
   *
   * const limiter = new RateLimiter(10, 1);
   * limiter.reserve();
   * const second = limiter.reserve();
   * if (!(second.delay() > 90)) throw new Error("a token takes 100 ms");
   * second.cancel();
   * ```
   */
  reserve(n = 1): Reservation {
    checkCount(n, "n");
    touch(this, ACCESS.reserve, n);
    const promised = this.#bucket.reserve(current().now(), n, Infinity);
    return {
      ok: promised.isOk,
      delay: () => promised.isOk ? Math.max(0, promised.timeToAct - current().now()) : Infinity,
      cancel: () => {
        touch(this, ACCESS.cancel, n);
        this.#bucket.cancel(current().now(), promised);
      },
    };
  }

  /**
   * Takes `n` tokens and waits until they are there. Tokens are reserved at the call: who calls first goes first. Who
   * gives up gives back what nobody has counted on.
   *
   * @param cancellation Gives up waiting; see {@linkcode Cancellation}. With a Context whose deadline would pass before,
   * it fails at once.
   * @throws {Error} If `n` is more than the burst: "rate: Wait(n=3) exceeds limiter's burst 2". If the deadline of the
   * context comes first: "rate: Wait(n=3) would exceed context deadline". The returned promise rejects.
   * @throws {RangeError} At the call, if `n` is negative or no whole number.
   *
   * @example
   * ```ts
   * import { background, RateLimiter, withTimeout } from "@interleave/go";
   *
   * const limiter = new RateLimiter(1, 1);
   * using ctx = withTimeout(background(), 100);
   * await limiter.wait(1, ctx);
   * const failure = await limiter.wait(1, ctx).catch((error) => error.message);
   * if (!failure.includes("would exceed context deadline")) throw new Error("a token takes 1 s");
   * ```
   */
  wait(n = 1, cancellation?: Cancellation): Promise<void> {
    checkCount(n, "n");
    if (cancellation === undefined && hooks.scheduler === null) {
      // Looking at the clock is most of what this costs, so it is done once.
      if (this.#bucket.reserve(eventLoop.now(), n, 0).isOk) return eventLoop.done();
    }
    const { deadline = Infinity } = (cancellation ?? {}) as Partial<Context>;
    const waiting = new RateLimiter.#Waiting(this, n, deadline);
    if (cancellation !== undefined) return performCancellable(waiting, cancellation);
    return current().perform(waiting);
  }

  /**
   * Describes waiting for `n` tokens, for `select`. They are reserved when the select waits, and given back if another
   * case is taken.
   *
   * @throws {RangeError} If `n` is negative or no whole number.
   *
   * @example
   * ```ts
   * import { RateLimiter, select } from "@interleave/go";
   *
   * const limiter = new RateLimiter(1, 1);
   * const c = await select({ turn: limiter.waiting() });
   * if (c.key !== "turn") throw new Error("there was a token");
   * ```
   */
  waiting(n = 1): Operation<void> {
    return new RateLimiter.#Waiting(this, checkCount(n, "n"), Infinity);
  }

  /**
   * Changes the limit, in tokens a second. Who waits goes on waiting as long as before.
   *
   * @throws {RangeError} If the limit is negative or NaN.
   */
  setLimit(limit: number): void {
    checkLimit(limit);
    touch(this, ACCESS.set, limit);
    this.#bucket.setLimit(current().now(), limit);
  }

  /**
   * Changes the size of the bucket.
   *
   * @throws {RangeError} If the burst is negative or no whole number.
   */
  setBurst(burst: number): void {
    checkCount(burst, "burst");
    touch(this, ACCESS.set, burst);
    this.#bucket.setBurst(current().now(), burst);
  }

  /** The bucket, in words. */
  state(): string {
    const { tokens, burst, limit, last } = this.#bucket;
    return `${tokens} of ${burst} tokens at ${last}, ${limit} a second`;
  }

  /** Returns a function that restores the present state. */
  snapshot(): () => void {
    const { ...bucket } = this.#bucket;
    return () => void Object.assign(this.#bucket, bucket);
  }
}

/** Who waits for its tokens. */
class Turn extends Timer {
  readonly kind = "rate limiter";
  readonly promised: Promised;
  readonly #waiter: Waiter;

  constructor(waiter: Waiter, promised: Promised) {
    super();
    this.#waiter = waiter;
    this.promised = promised;
  }

  fire(): void {
    this.#waiter.complete(undefined);
  }
}

/**
 * every returns the limit, in tokens a second, at which a token comes every `intervalMs` milliseconds; Infinity with 0 or
 * less.
 *
 * Follows Every of golang.org/x/time/rate.
 *
 * @throws {RangeError} If `intervalMs` is NaN.
 * @throws {TypeError} If `intervalMs` is not a number.
 *
 * @example
 * ```ts
 * import { every } from "@interleave/go";
 *
 * if (every(100) !== 10) throw new Error("ten a second");
 * ```
 */
export function every(intervalMs: number): number {
  return checkDuration(intervalMs, "reckon a limit") <= 0 ? Infinity : 1000 / intervalMs;
}

function checkLimit(limit: number): number {
  if (typeof limit === "number" && limit >= 0) return limit;
  throw new RangeError(`Cannot limit: expected tokens a second from 0, got ${String(limit)}`);
}

function checkCount(count: number, name: string): number {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new RangeError(`Cannot limit: expected ${name} to be a whole number, got ${String(count)}`);
}
