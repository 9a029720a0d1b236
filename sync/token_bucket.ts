/**
 * A bucket of tokens that fills by the clock. Follows golang.org/x/time/rate. It knows no clock: every call says what
 * time it is.
 *
 * Invariants:
 * - There are never more than `burst` tokens. There are fewer than none while tokens are reserved for later.
 * - Reservations act in the order in which they were made.
 * - A refused reservation changes nothing.
 * - What a canceled reservation gives back is what no later reservation has counted on.
 *
 * @module
 */

/** A promise of tokens, or its refusal. */
export interface Promised {
  readonly isOk: boolean;
  readonly tokens: number;
  /** When it may act. */
  readonly timeToAct: number;
  /** The limit by which that was reckoned. */
  readonly limit: number;
}

/** TokenBucket is the state of a rate limiter. Limits are in tokens a second, times in milliseconds. */
export class TokenBucket {
  limit: number;
  burst: number;
  /** The tokens at `last`. */
  tokens: number;
  /** When `tokens` was right. */
  last = -Infinity;
  /** The latest time at which a reservation acts. */
  lastEvent = -Infinity;

  constructor(limit: number, burst: number) {
    this.limit = limit;
    this.burst = burst;
    this.tokens = burst;
  }

  /** How many tokens there are. */
  tokensAt(now: number): number {
    const elapsed = now - Math.min(now, this.last);
    return Math.min(this.burst, this.tokens + tokensIn(elapsed, this.limit));
  }

  /** Promises `tokens` for as soon as may be, unless that takes longer than `maxWaitMs`. Changes nothing. */
  promise(now: number, tokens: number, maxWaitMs: number): Promised {
    const { limit } = this;
    if (limit === Infinity) return { isOk: true, tokens, timeToAct: now, limit };
    const missing = tokens - this.tokensAt(now);
    const waitMs = missing > 0 ? timeFor(missing, limit) : 0;
    const isOk = tokens <= this.burst && waitMs <= maxWaitMs;
    return { isOk, tokens, timeToAct: now + waitMs, limit };
  }

  /** Promises `tokens` and takes them. */
  reserve(now: number, tokens: number, maxWaitMs: number): Promised {
    const promised = this.promise(now, tokens, maxWaitMs);
    if (promised.isOk && this.limit !== Infinity) {
      this.tokens = this.tokensAt(now) - tokens;
      this.last = now;
      this.lastEvent = promised.timeToAct;
    }
    return promised;
  }

  /** Gives back what of `promised` nobody has counted on, unless it has acted. */
  cancel(now: number, promised: Promised): void {
    const { isOk, tokens, timeToAct, limit } = promised;
    if (!isOk || this.limit === Infinity || tokens === 0 || timeToAct < now) return;
    // What was reserved after it has been reckoned with these tokens gone.
    const restored = tokens - tokensIn(this.lastEvent - timeToAct, limit);
    if (restored <= 0) return;
    this.tokens = Math.min(this.burst, this.tokensAt(now) + restored);
    this.last = now;
    if (timeToAct === this.lastEvent) {
      const before = timeToAct - timeFor(tokens, limit);
      if (before >= now) this.lastEvent = before;
    }
  }

  /** Changes the limit from now on. */
  setLimit(now: number, limit: number): void {
    this.tokens = this.tokensAt(now);
    this.last = now;
    this.limit = limit;
  }

  /** Changes the burst from now on. */
  setBurst(now: number, burst: number): void {
    this.tokens = this.tokensAt(now);
    this.last = now;
    this.burst = burst;
  }
}

/** How many tokens come in `elapsedMs`. */
function tokensIn(elapsedMs: number, limit: number): number {
  return limit <= 0 ? 0 : elapsedMs / 1000 * limit;
}

/** How many milliseconds it takes until `tokens` have come. */
function timeFor(tokens: number, limit: number): number {
  return limit <= 0 ? Infinity : tokens / limit * 1000;
}
