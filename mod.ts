/**
 * Go's concurrency for TypeScript: goroutines, channels, select, WaitGroup and Mutex, with AbortSignal and `for await`
 * working everywhere.
 *
 * @example
 * ```ts
 * import { Channel, go, WaitGroup } from "@interleave/go";
 *
 * const jobs = new Channel<number>();
 * const wg = new WaitGroup();
 * let sum = 0;
 * for (let worker = 0; worker < 3; worker++) {
 *   wg.go(async () => {
 *     for await (const job of jobs) sum += job;
 *   });
 * }
 * for (let job = 1; job <= 10; job++) await jobs.send(job);
 * jobs.close();
 * await wg.wait();
 * if (sum !== 55) throw new Error(`wrong sum ${sum}`);
 * ```
 *
 * @module
 */

export { type Cancellation } from "./runtime/cancellation.ts";
export { go, numGoroutine } from "./runtime/go.ts";
export { dump, type GoroutineInfo, goroutines } from "./runtime/goroutines.ts";
export { goexit } from "./runtime/goexit.ts";
export { GoroutinePanic } from "./runtime/panic.ts";
export { now, sleep, yieldNow } from "./runtime/sleep.ts";
export { afterFunc } from "./sync/after_func.ts";
export { callAfter, type CallTimer } from "./sync/call_after.ts";
export { Channel, type ReceiveChannel, type SendChannel } from "./sync/channel.ts";
export { Cond } from "./sync/cond.ts";
export { background, type CancelContext, cause, type Context, todo } from "./sync/context.ts";
export { ErrGroup } from "./sync/err_group.ts";
export { CanceledError, ClosedError, DeadlineExceededError } from "./sync/errors.ts";
export { forEach } from "./sync/for_each.ts";
export { type Locker } from "./sync/locker.ts";
export { mapEach, type MapEachOptions } from "./sync/map_each.ts";
export { mapStream, type MapStreamOptions } from "./sync/map_stream.ts";
export { Mutex } from "./sync/mutex.ts";
export { Once } from "./sync/once.ts";
export { onceFunc, onceValue } from "./sync/once_func.ts";
export { every, RateLimiter, type Reservation } from "./sync/rate_limiter.ts";
export { type Receiving, type Sending } from "./sync/participles.ts";
export { RWMutex } from "./sync/rw_mutex.ts";
export {
  select,
  type SelectCases,
  type SelectDefault,
  type Selected,
  type SelectedCase,
  trySelect,
} from "./sync/select.ts";
export { Semaphore } from "./sync/semaphore.ts";
export { SingleFlight, type SingleFlightResult } from "./sync/single_flight.ts";
export { Sometimes, type SometimesOptions } from "./sync/sometimes.ts";
export {
  channelFrom,
  type ChannelFromOptions,
  sendAll,
  type SendTarget,
  type Source,
} from "./sync/sources.ts";
export {
  type ReadableStreamOptions,
  toReadableStream,
  toWritableStream,
  type WritableStreamOptions,
} from "./sync/streams.ts";
export { events, Subscription, type SubscriptionOptions } from "./sync/subscription.ts";
export { type TaskOptions } from "./sync/task_options.ts";
export { TaskPool, type TaskPoolOptions } from "./sync/task_pool.ts";
export { tick, Ticker } from "./sync/ticker.ts";
export { after, Timer } from "./sync/timer.ts";
export { WaitGroup } from "./sync/wait_group.ts";
export { withCancel, withoutCancel } from "./sync/with_cancel.ts";
export { type DeadlineOptions, withDeadline, withTimeout } from "./sync/with_deadline.ts";
export { withSignal } from "./sync/with_signal.ts";
export { ContextKey, withValue } from "./sync/with_value.ts";
