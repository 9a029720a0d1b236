/**
 * `@std/async` for machines that cannot reach JSR: the genuine code from npm, with its types written out (`assert.ts`
 * says why).
 *
 * Modules are imported one by one, because `async/mod.js` and `async/channel.js` of deno-std 1.4.0 do not load: they
 * import a folder under a wrong name. `channel.ts` has the way round for `Channel`.
 *
 * @module
 */
import * as abortableModule from "deno-std/async/abortable.js";
import * as deadlineModule from "deno-std/async/deadline.js";
import * as debounceModule from "deno-std/async/debounce.js";
import * as delayModule from "deno-std/async/delay.js";
import * as muxModule from "deno-std/async/mux_async_iterator.js";
import * as pollModule from "deno-std/async/poll.js";
import * as poolModule from "deno-std/async/pool.js";
import * as retryModule from "deno-std/async/retry.js";
import * as teeModule from "deno-std/async/tee.js";

interface Abortable {
  <T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
  <T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;
}
export const abortable: Abortable = abortableModule.abortable;

export interface DeadlineOptions {
  signal?: AbortSignal;
}
export const deadline: <T>(p: Promise<T>, ms: number, options?: DeadlineOptions) => Promise<T> =
  deadlineModule.deadline;

export interface DebounceOptions {
  signal?: AbortSignal;
}
export interface DebouncedFunction<T extends unknown[]> {
  (...args: T): void;
  clear(): void;
  flush(): void;
  readonly pending: boolean;
}
export const debounce: <T extends unknown[]>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
  options?: DebounceOptions,
) => DebouncedFunction<T> = debounceModule.debounce;

export interface DelayOptions {
  signal?: AbortSignal;
  persistent?: boolean;
}
export const delay: (ms: number, options?: DelayOptions) => Promise<void> = delayModule.delay;

/** Merges several async iterables into one. */
export interface MuxAsyncIterator<T> extends AsyncIterable<T> {
  add(iterable: AsyncIterable<T>): void;
  iterate(): AsyncIterableIterator<T>;
}
export const MuxAsyncIterator: new <T>() => MuxAsyncIterator<T> = muxModule.MuxAsyncIterator;

export interface PollOptions {
  signal?: AbortSignal;
  interval?: number;
}
export const poll: <T>(
  fn: () => T,
  isDone: (result: Awaited<T>) => boolean,
  options?: PollOptions,
) => Promise<Awaited<T>> = pollModule.poll;

export const pooledMap: <T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
) => AsyncIterableIterator<R> = poolModule.pooledMap;

export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
  isRetriable?: (err: unknown) => boolean;
  signal?: AbortSignal;
}
export const retry: <T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
) => Promise<T> = retryModule.retry;

/** What `retry` throws once its attempts are used up; `cause` is the last error. */
export type RetryError = Error;
export const RetryError: new (cause: unknown, attempts: number) => RetryError =
  retryModule.RetryError;

/** Two branches only: the n-tuple of the genuine `tee` is a recursive type that no test here needs. */
export const tee: <T>(iterable: AsyncIterable<T>) => [AsyncIterable<T>, AsyncIterable<T>] =
  teeModule.tee;
