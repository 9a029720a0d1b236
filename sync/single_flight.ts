/**
 * golang.org/x/sync's singleflight: many callers, one call.
 *
 * Invariants:
 * - A key has at most one call that can be joined. It can be from its start until its end, or until it is forgotten.
 * - Somebody waits for a call only while it runs. When it ends all who wait get the same value or the same error, in the
 *   order in which they came.
 * - Nothing is kept of a call that has ended: this is no cache.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { Crowd } from "../runtime/crowd.ts";
import { current } from "../runtime/current.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

// Whether an arrival joins or starts a call depends on what came before it, whatever that is. Different keys commute, but
// a key is no resource of its own.
const ANY = 1;

/** The dependency relation of a SingleFlight. */
export const ACCESS = {
  do: { verb: "do", bit: ANY, mask: ANY },
  end: { verb: "end", bit: ANY, mask: ANY },
  forget: { verb: "forget", bit: ANY, mask: ANY },
} as const satisfies Record<string, Access>;

/**
 * SingleFlightResult is what a caller of {@linkcode SingleFlight.do} gets.
 *
 * @typeParam V What the function gives.
 *
 * @example
 * ```ts
 * import { SingleFlight, type SingleFlightResult } from "@interleave/go";
 *
 * const flights = new SingleFlight<string, number>();
 * const result: SingleFlightResult<number> = await flights.do("answer", () => 42);
 * if (result.value !== 42 || result.shared) throw new Error("nobody else asked");
 * ```
 */
export interface SingleFlightResult<V> {
  /** What the function gave. */
  readonly value: V;
  /** Whether several callers got it. */
  readonly shared: boolean;
}

/** A call in flight, and who waits for it. */
class Call {
  readonly waiters = new WaitQueue();
  readonly crowd: Crowd<unknown> = new Crowd();
  /** What those who have joined it wait for. */
  readonly arriving: Operation<unknown>;

  constructor(arriving: Operation<unknown>) {
    this.arriving = arriving;
  }
}

/**
 * SingleFlight makes sure that of several simultaneous calls for the same key one is done, whose result all callers share.
 * It is no cache: once the call has ended, the next one is done anew.
 *
 * Keys are compared as in a Map.
 *
 * Follows golang.org/x/sync/singleflight.Group. `do` stands for both Do and DoChan: its promise is the channel.
 *
 * @typeParam K The keys.
 * @typeParam V What the functions give.
 *
 * @example
 * ```ts
 * import { SingleFlight, sleep } from "@interleave/go";
 *
 * const flights = new SingleFlight<string, string>();
 * let requests = 0;
 * const load = (url: string) =>
 *   flights.do(url, async () => {
 *     requests++;
 *     await sleep(1);
 *     return `body of ${url}`;
 *   });
 * const [one, two] = await Promise.all([load("/a"), load("/a")]);
 * if (requests !== 1 || one.value !== two.value || !one.shared) throw new Error("not shared");
 * ```
 */
export class SingleFlight<K, V> extends Resource {
  // Its outcome is the call to be done by whoever came first, or the result for whoever has joined.
  static #Arriving = class Arriving<K, V> extends Operation<Call | SingleFlightResult<V>> {
    readonly kind = "sync.WaitGroup.Wait";
    readonly verb = "do";
    readonly access: Access = ACCESS.do;
    readonly resource: SingleFlight<K, V>;
    readonly key: K;

    constructor(group: SingleFlight<K, V>, key: K) {
      super();
      this.resource = group;
      this.key = key;
    }

    isReady(): boolean {
      return !this.resource.#calls.has(this.key);
    }

    commit(): Call {
      const call = new Call(this);
      this.resource.#calls.set(this.key, call);
      return call;
    }

    enqueue(waiter: Waiter): void {
      (this.resource.#calls.get(this.key) as Call).waiters.push(waiter);
    }

    override toString(): string {
      return String(this.key);
    }
  };

  /** "SingleFlight". */
  readonly type = "SingleFlight";
  #calls: Map<K, Call> = new Map();

  /**
   * Runs `body` and gives what it gives, unless a call for `key` is in flight: then it waits for that one, and gives the
   * same. `shared` says whether several callers got it. Those who wait are let go in the order in which they came.
   *
   * An error that `body` throws is thrown at all callers, the same object. Anything else that it throws is thrown at all
   * of them as one Error whose `cause` is what was thrown.
   *
   * @param key What the call is known by.
   * @param body What to do; may be async. It runs to its end, whoever gives up.
   * @param cancellation Gives up waiting for somebody else's call; see {@linkcode Cancellation}.
   * @throws {TypeError} If `body` is not a function.
   * @throws What `body` throws.
   *
   * @example
   * ```ts
   * import { SingleFlight } from "@interleave/go";
   *
   * const flights = new SingleFlight<number, string>();
   * const { value, shared } = await flights.do(7, () => "seven");
   * if (value !== "seven" || shared) throw new Error("wrong result");
   * ```
   */
  do(
    key: K,
    body: () => V | PromiseLike<V>,
    cancellation?: Cancellation,
  ): Promise<SingleFlightResult<V>> {
    if (outside.scheduler !== null || cancellation !== undefined || typeof body !== "function") {
      return this.#arrive(key, body, cancellation);
    }
    const call = this.#calls.get(key);
    if (call === undefined) return this.#lead(key, body);
    return call.crowd.park(call.waiters, call.arriving) as Promise<SingleFlightResult<V>>;
  }

  /**
   * Forgets the call for `key` that is in flight, if any: the next `do` starts another. Those who have joined it go on
   * waiting for it. Synchronous.
   *
   * @example
   * ```ts
   * import { SingleFlight } from "@interleave/go";
   *
   * const flights = new SingleFlight<string, number>();
   * const stale = flights.do("n", () => 1);
   * flights.forget("n");
   * const fresh = flights.do("n", () => 2);
   * if ((await stale).value !== 1 || (await fresh).value !== 2) throw new Error("mixed up");
   * ```
   */
  forget(key: K): void {
    touch(this, ACCESS.forget, key);
    this.#calls.delete(key);
  }

  /** "1 in flight". */
  state(): string {
    return `${this.#calls.size} in flight`;
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    const calls = new Map(this.#calls);
    return () => {
      this.#calls = new Map(calls);
      for (const { waiters } of calls.values()) waiters.clear();
    };
  }

  async #arrive(
    key: K,
    body: () => V | PromiseLike<V>,
    cancellation: Cancellation | undefined,
  ): Promise<SingleFlightResult<V>> {
    if (typeof body !== "function") {
      throw new TypeError(`Cannot do a call: expected a function, got ${String(body)}`);
    }
    const arriving = new SingleFlight.#Arriving<K, V>(this, key);
    const arrival =
      await (cancellation === undefined
        ? current().perform(arriving)
        : performCancellable(arriving, cancellation));
    return arrival instanceof Call ? await this.#run(key, arrival, body) : arrival;
  }

  /** Starts a call for `key`, for which there is none. */
  async #lead(key: K, body: () => V | PromiseLike<V>): Promise<SingleFlightResult<V>> {
    const call = new Call(new SingleFlight.#Arriving<K, V>(this, key));
    this.#calls.set(key, call);
    await loop.done();
    return await this.#run(key, call, body);
  }

  async #run(key: K, call: Call, body: () => V | PromiseLike<V>): Promise<SingleFlightResult<V>> {
    let value: V;
    try {
      value = await body();
    } catch (thrown) {
      const error = toError(thrown);
      this.#end(key, call, (waiter) => waiter.fail(error));
      throw error;
    }
    const shared = call.waiters.first !== null;
    this.#end(key, call, (waiter) => waiter.complete({ value, shared: true }));
    return { value, shared };
  }

  #end(key: K, call: Call, settle: (waiter: Waiter) => void): void {
    touch(this, ACCESS.end, key);
    // Another one may have taken its place, if it was forgotten.
    if (this.#calls.get(key) === call) this.#calls.delete(key);
    const { waiters } = call;
    for (let it = waiters.shift(); it !== null; it = waiters.shift()) settle(it);
  }
}

/** What is thrown at all callers. */
function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`Cannot share a result: the function threw ${describe(thrown)}`, {
    cause: thrown,
  });
}

/** Asks nothing of objects and functions, which may throw. */
function describe(thrown: unknown): string {
  if (typeof thrown === "string") return JSON.stringify(thrown);
  if (typeof thrown === "function") return "a function";
  return typeof thrown === "object" && thrown !== null ? "an object" : String(thrown);
}
