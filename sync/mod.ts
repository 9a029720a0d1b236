/**
 * Go's primitives: channels, select, WaitGroup, Mutex.
 *
 * @module
 */

export { afterFunc } from "./after_func.ts";
export { callAfter, type CallTimer } from "./call_after.ts";
export { Channel, type ReceiveChannel, type SendChannel } from "./channel.ts";
export { Cond } from "./cond.ts";
export { background, type CancelContext, cause, type Context, todo } from "./context.ts";
export { ErrGroup } from "./err_group.ts";
export { CanceledError, ClosedError, DeadlineExceededError } from "./errors.ts";
export { forEach } from "./for_each.ts";
export { type Locker } from "./locker.ts";
export { mapEach, type MapEachOptions } from "./map_each.ts";
export { mapStream, type MapStreamOptions } from "./map_stream.ts";
export { Mutex } from "./mutex.ts";
export { Once } from "./once.ts";
export { onceFunc, onceValue } from "./once_func.ts";
export { every, RateLimiter, type Reservation } from "./rate_limiter.ts";
export { type Receiving, type Sending } from "./participles.ts";
export { RWMutex } from "./rw_mutex.ts";
export {
  select,
  type SelectCases,
  type SelectDefault,
  type Selected,
  type SelectedCase,
  trySelect,
} from "./select.ts";
export { Semaphore } from "./semaphore.ts";
export { SingleFlight, type SingleFlightResult } from "./single_flight.ts";
export { Sometimes, type SometimesOptions } from "./sometimes.ts";
export {
  channelFrom,
  type ChannelFromOptions,
  sendAll,
  type SendTarget,
  type Source,
} from "./sources.ts";
export {
  type ReadableStreamOptions,
  toReadableStream,
  toWritableStream,
  type WritableStreamOptions,
} from "./streams.ts";
export { events, Subscription, type SubscriptionOptions } from "./subscription.ts";
export { type TaskOptions } from "./task_options.ts";
export { TaskPool, type TaskPoolOptions } from "./task_pool.ts";
export { tick, Ticker } from "./ticker.ts";
export { after, Timer } from "./timer.ts";
export { WaitGroup } from "./wait_group.ts";
export { withCancel, withoutCancel } from "./with_cancel.ts";
export { type DeadlineOptions, withDeadline, withTimeout } from "./with_deadline.ts";
export { withSignal } from "./with_signal.ts";
export { ContextKey, withValue } from "./with_value.ts";
