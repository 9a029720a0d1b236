/**
 * Granularity "await": every reaction of a native promise in a schedule is a schedule point.
 *
 * `await p` reads `p.constructor`. An accessor there gives a stand-in for Promise, so that V8 goes through `p.then`, which
 * is replaced as well; `Promise.all`, `race`, `finally`, `for await` and async generators call it anyway.
 *
 * It over-approximates: an event loop runs promise jobs first in, first out, and these orders need not be possible.
 *
 * @module
 */

import type { Access } from "../runtime/observer.ts";
import { Operation } from "../runtime/operation.ts";
import type { Explorer } from "./explorer.ts";
import { Stack } from "./sites.ts";

const NativePromise = Promise;
const { then: nativeThen } = Promise.prototype;

type Settle = (value: unknown) => void;
type Reaction = ((value: unknown) => unknown) | null | undefined;

const NO_ACCESS: Access = { verb: "await", bit: 0, mask: 0 };

/** A promise has settled and somebody is told so. */
class Told extends Operation<void> {
  readonly kind = "await";
  readonly verb = "await";
  readonly access: Access = NO_ACCESS;
  readonly resource = this;
  /** Where it is awaited, if somebody records that. */
  readonly calledAt: Stack | undefined;

  constructor(calledAt: Stack | undefined) {
    super();
    this.calledAt = calledAt;
  }

  isReady(): boolean {
    return true;
  }

  commit(): void {}

  enqueue(): void {
    throw new Error("Cannot wait to be told: it is always ready");
  }
}

/** Runs `body`; meanwhile the reactions of promises in schedules of `explorer` are schedule points. */
export async function withAwaitPoints<R>(explorer: Explorer, body: () => Promise<R>): Promise<R> {
  const prototype = NativePromise.prototype;
  const constructor = Object.getOwnPropertyDescriptor(prototype, "constructor");
  const then = Object.getOwnPropertyDescriptor(prototype, "then");
  const global = Object.getOwnPropertyDescriptor(globalThis, "Promise");
  // `p.constructor === Promise` goes on to hold.
  const StandIn = new Proxy(NativePromise, {});
  const places = new WeakMap<object, Stack>();
  const replace = (object: object, key: string, descriptor: PropertyDescriptor): void => {
    Object.defineProperty(object, key, { configurable: true, ...descriptor });
  };
  replace(prototype, "constructor", {
    get(this: object) {
      if (!explorer.isInside) return NativePromise;
      if (explorer.isTraced) places.set(this, new Stack());
      return StandIn;
    },
    set(value: unknown) {
      replace(this as object, "constructor", { value, writable: true, enumerable: true });
    },
  });
  replace(prototype, "then", {
    writable: true,
    value: function then(this: object, onFulfilled: Reaction, onRejected: Reaction): unknown {
      const isPlain = this instanceof NativePromise &&
        Object.getPrototypeOf(this) === prototype && !Object.hasOwn(this, "constructor");
      if (!isPlain || !explorer.isInside) {
        return Reflect.apply(nativeThen, this, [onFulfilled, onRejected]);
      }
      const place = explorer.isTraced ? places.get(this) ?? new Stack() : undefined;
      return react(explorer, this, onFulfilled, onRejected, place);
    },
  });
  replace(globalThis, "Promise", { value: StandIn, writable: true });
  explorer.exempt = exempt;
  try {
    return await body();
  } finally {
    explorer.exempt = null;
    Object.defineProperty(prototype, "constructor", constructor as PropertyDescriptor);
    Object.defineProperty(prototype, "then", then as PropertyDescriptor);
    Object.defineProperty(globalThis, "Promise", global as PropertyDescriptor);
  }
}

/** Makes the promise of an operation one whose reactions are no points of their own: it is one already. */
function exempt(promise: Promise<unknown>): void {
  Object.defineProperty(promise, "constructor", { value: NativePromise, configurable: true });
}

/** `promise.then(...)`, where each of the two is called at a schedule point of its own. */
function react(
  explorer: Explorer,
  promise: object,
  onFulfilled: Reaction,
  onRejected: Reaction,
  place: Stack | undefined,
): Promise<unknown> {
  return new NativePromise((resolve, reject) => {
    const later = (reaction: Reaction, otherwise: Settle): Settle => {
      if (typeof reaction !== "function") return otherwise;
      return (value) => {
        const act = (): void => {
          try {
            resolve(reaction(value));
          } catch (error) {
            reject(error);
          }
        };
        Reflect.apply(nativeThen, explorer.perform(new Told(place)), [act]);
      };
    };
    Reflect.apply(nativeThen, promise, [later(onFulfilled, resolve), later(onRejected, reject)]);
  });
}
