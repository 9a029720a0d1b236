/**
 * Which goroutine is running: an async context per goroutine.
 *
 * Entering a context costs Deno 0.2-1.8 us, so each is entered once and used again and again: through what stands for it in
 * Deno's core, which is tried out when this is loaded, or, elsewhere and where stacks are for somebody to read, through a
 * promise reaction, which carries the context in which it was attached for 0.1 us and attaches its own successor.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { type AsyncFrames, asyncFrames, inFrame } from "../runtime/async_frame.ts";

// Taken before anybody makes reactions schedule points.
const { then } = Promise.prototype;

const storage = new AsyncLocalStorage<Context>();

let captured: () => void;
function capture(resolve: (value?: undefined) => void): void {
  captured = resolve;
}

/** Context is a reusable async context. It is used again only if whatever ran in it has ended. */
export class Context {
  /** Whose context it is at the moment. */
  holder: unknown = undefined;
  /** The schedule it is used in, or was last. */
  epoch = 0;
  /** Whether what ran in it has ended. */
  isFree = true;
  /** The async context it was made in, whose storages it has. */
  readonly base: object | undefined;
  /** What {@linkcode currentFrame} gives in it, unless the code in it has contexts of its own. */
  readonly frame: object | undefined;
  /** Tells that what it runs has ended; to be attached to its promise. */
  readonly fulfilled: () => void;
  /** Tells that what it runs has failed. */
  readonly rejected: (error: unknown) => void;
  #enter: (() => void) | null = null;
  #body: (context: Context) => void = ignore;
  #onEnd: (context: Context) => void = ignore;
  #onError: (context: Context, error: unknown) => void = ignore;

  constructor(base: object | undefined) {
    this.base = base;
    // Made once: a closure per goroutine would be garbage.
    this.fulfilled = () => this.#onEnd(this);
    this.rejected = (error) => this.#onError(this, error);
    const make = () =>
      storage.run(this, () => {
        if (!canRunAtOnce) this.#arm();
        return currentFrame();
      });
    this.frame = canRunAtOnce ? inFrame(base, make) : make();
  }

  /** Calls `body` in this context, from the microtask queue; `fulfilled` will call `onEnd`, `rejected` `onError`. */
  run(
    body: (context: Context) => void,
    onEnd: (context: Context) => void = ignore,
    onError: (context: Context, error: unknown) => void = ignore,
  ): void {
    this.#prepare(body, onEnd, onError);
    // Not armed by the constructor: then it can be entered.
    if (this.#enter === null) inFrame(this.frame, () => this.#arm());
    this.#enter?.();
  }

  /** Does the same at once. Only if {@linkcode canRunAtOnce}. */
  runAtOnce(
    body: (context: Context) => void,
    onEnd: (context: Context) => void = ignore,
    onError: (context: Context, error: unknown) => void = ignore,
  ): void {
    this.#prepare(body, onEnd, onError);
    inFrame(this.frame, this.#start);
  }

  #prepare(
    body: (context: Context) => void,
    onEnd: (context: Context) => void,
    onError: (context: Context, error: unknown) => void,
  ): void {
    if (this.#body !== body) this.#body = body;
    if (this.#onEnd !== onEnd) this.#onEnd = onEnd;
    if (this.#onError !== onError) this.#onError = onError;
  }

  readonly #start = (): void => this.#body(this);

  readonly #onEnter = (): void => {
    this.#arm();
    this.#start();
  };

  #arm(): void {
    then.call(new Promise<undefined>(capture), this.#onEnter);
    this.#enter = captured;
  }
}

function ignore(): undefined {}

/**
 * An object that stands for the async context of the running code; undefined where that is unknown. Four times as quick as
 * asking for the context.
 */
export const currentFrame: () => object | undefined = asyncFrames?.getAsyncContext ?? ignore;

/** Whether the core's frames are what AsyncLocalStorage goes by. */
export const canRunAtOnce: boolean = asyncFrames !== null && isFaithful(asyncFrames);

function isFaithful({ getAsyncContext, setAsyncContext }: AsyncFrames): boolean {
  const probe = Object.freeze({}) as Context;
  const before = getAsyncContext();
  const frame = storage.run(probe, getAsyncContext);
  setAsyncContext(frame);
  const isSet = storage.getStore() === probe && getAsyncContext() === frame;
  setAsyncContext(before);
  return isSet && storage.getStore() !== probe && getAsyncContext() === before;
}

/** The context of the running code, or undefined outside of all. */
export function currentContext(): Context | undefined {
  return storage.getStore();
}

/** The context of code that is known not to belong to any schedule. */
const OUTSIDE = Object.freeze({}) as Context;

/**
 * To be called while no schedule runs. Marks the calling code, and what it goes on to do, as outside of all schedules, even where it is resumed in the middle
 * of a step because a goroutine has settled a promise of its.
 */
export function stayOutside(): void {
  // Each time it is marked that is another context, and goroutines cannot have those of earlier explorations.
  if (currentContext() !== OUTSIDE) storage.enterWith(OUTSIDE);
}

/** Whether a context is that of code outside of all schedules. */
export function isOutside(context: Context): boolean {
  return context === OUTSIDE;
}

/** Calls `body` as code outside of all schedules: the platform's own must not be taken for the goroutine's. */
export function runOutside<R>(body: () => R): R {
  return storage.run(OUTSIDE, body);
}

/** Those that nobody uses, by the async context they were made in: it shows through in what storages of others give. */
let pools = new WeakMap<object, Context[]>();
/** The async context that was asked for last, mostly that of whoever explores, and its pool. */
let lastBase: object | undefined;
let lastPool: Context[] = [];
pools.set(pools, lastPool);

function poolOf(base: object | undefined): Context[] {
  if (base === lastBase) return lastPool;
  const key = base ?? pools;
  let pool = pools.get(key);
  if (pool === undefined) pools.set(key, pool = []);
  lastBase = base;
  return lastPool = pool;
}

/** Takes a context to run a goroutine in that is started in the async context `base`. */
export function takeContext(base: object | undefined): Context {
  return poolOf(base).pop() ?? new Context(base);
}

/** Gives a context back whose goroutine has ended. */
export function giveContext(context: Context): void {
  context.holder = undefined;
  poolOf(context.base).push(context);
}

/**
 * An exploration begins. Where async contexts cannot be told from each other its goroutines all have that of whoever
 * explores: no context of an earlier exploration is used again.
 */
export function forgetContexts(): void {
  if (canRunAtOnce) return;
  pools = new WeakMap();
  lastBase = undefined;
  pools.set(pools, lastPool = []);
}
