/**
 * Who runs next, and what time it is: goroutines, sleeping, and the seam between primitives and schedulers for authors
 * of primitives of their own.
 *
 * @module
 */

export { type Cancellation, performCancellable } from "./cancellation.ts";
export { current } from "./current.ts";
export { go, numGoroutine } from "./go.ts";
export { dump, type GoroutineInfo, goroutines } from "./goroutines.ts";
export { goexit, isGoexit } from "./goexit.ts";
export { type Access, Resource, touch } from "./observer.ts";
export { Operation, Waiter } from "./operation.ts";
export { GoroutinePanic } from "./panic.ts";
export { type GoroutineEnd, type Scheduler, Timer } from "./scheduler.ts";
export { now, sleep, yieldNow } from "./sleep.ts";
export { WaitQueue } from "./wait_queue.ts";
