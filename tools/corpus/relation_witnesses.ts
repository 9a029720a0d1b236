/**
 * For each entry of the tables of accesses a small program that notices if it is wrong: what is said to commute would
 * hide an outcome of it from a reduced search.
 *
 * Found among random programs, and made small: `deno task corpus relation` prints those that are missing.
 *
 * @module
 */

import type { Witness } from "./relation.ts";

/** By the name of the entry. */
export const WITNESSES: Readonly<Record<string, Witness>> = {
  "Shared read/failedCompare - write/compareAndSet/update": {
    seed: 2,
    program: { capacities: [0, 0], count: 0, goroutines: [["x.update"], ["x.get"]] },
  },
  "Shared write/compareAndSet/update - write/compareAndSet/update": {
    seed: 2,
    program: { capacities: [0, 0], count: 0, goroutines: [["y.update"], ["y.cas 0"]] },
  },
  "Channel send - send": {
    seed: 42,
    program: { capacities: [1, 0], count: 0, goroutines: [["c.send"], ["c.send"]] },
  },
  "Channel send - close": {
    seed: 5,
    program: { capacities: [0, 1], count: 0, goroutines: [["d.close"], ["d.send"]] },
  },
  "Channel send - closeParked": {
    seed: 834,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["c.close"], ["c.send"], ["c.send", "c.trySend"]],
    },
  },
  "Channel send - whole/trySend/tryReceive": {
    seed: 18,
    program: { capacities: [1, 0], count: 0, goroutines: [["c.trySend"], ["c.send"]] },
  },
  "Channel send - trySendFailed/tryReceiveFailed": {
    seed: 7,
    program: { capacities: [0, 0], count: 0, goroutines: [["c.send"], ["c.tryReceive"]] },
  },
  "Channel send - size": {
    seed: 7,
    program: { capacities: [1, 0], count: 0, goroutines: [["c.send"], ["c.size"]] },
  },
  "Channel receive - receive": {
    seed: 122,
    program: { capacities: [1, 0], count: 0, goroutines: [["c.next"], ["c.send"], ["c.receive"]] },
  },
  "Channel receive - receiveParked": {
    seed: 440,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["d.receive"], ["d.receive"], ["d.send"]],
    },
  },
  "Channel receive - closeParked": {
    seed: 391,
    program: { capacities: [0, 0], count: 0, goroutines: [["c.receive"], ["c.send || c.close"]] },
  },
  "Channel receive - whole/trySend/tryReceive": {
    seed: 4,
    program: { capacities: [0, 0], count: 0, goroutines: [["select send c, default"], ["c.next"]] },
  },
  "Channel receive - trySendFailed/tryReceiveFailed": {
    seed: 87,
    program: { capacities: [0, 0], count: 0, goroutines: [["c.trySend"], ["c.receive"]] },
  },
  "Channel receive - size": {
    seed: 107,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["c.next"], ["c.trySend"], ["d.close", "c.size"]],
    },
  },
  "Channel receiveParked - receiveParked": {
    seed: 1896,
    program: { capacities: [0, 0], count: 0, goroutines: [["c.send"], ["c.next"], ["c.receive"]] },
  },
  "Channel receiveParked - close": {
    seed: 988,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["d.send || c.close", "c.size"], ["c.send || d.receive"], [
        "c.receive",
        "d.close",
      ]],
    },
  },
  "Channel receiveParked - closeParked": {
    seed: 2025,
    program: { capacities: [0, 0], count: 0, goroutines: [["d.send"], ["d.close"], ["d.receive"]] },
  },
  "Channel receiveParked - whole/trySend/tryReceive": {
    seed: 1592,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["c.tryReceive", "c.send", "c.receive"], ["c.next"], ["c.send"]],
    },
  },
  "Channel receiveParked - trySendFailed/tryReceiveFailed": {
    seed: 5492,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["c.next"], ["c.trySend &", "c.send"], ["c.tryReceive", "d.receive"]],
    },
  },
  "Channel receiveParked - size": {
    seed: 1741,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["c.send"], ["c.receive &"], ["c.send || c.size", "c.tryReceive", "c.size &"]],
    },
  },
  "Channel close - close": {
    seed: 32,
    program: { capacities: [0, 0], count: 0, goroutines: [["d.close"], ["d.close"]] },
  },
  "Channel close - closeParked": {
    seed: 1473,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["d.receive", "d.close"], ["d.send", "d.send || c.tryReceive"], [
        "d.close &",
        "c.trySend",
      ]],
    },
  },
  "Channel close - whole/trySend/tryReceive": {
    seed: 8,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["c.size", "c.tryReceive"], ["c.close"]],
    },
  },
  "Channel close - trySendFailed/tryReceiveFailed": {
    seed: 8,
    program: { capacities: [0, 0], count: 0, goroutines: [["c.tryReceive"], ["c.close"]] },
  },
  "Channel closeParked - closeParked": {
    seed: 1473,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["d.receive", "d.close"], ["d.send", "d.send || c.tryReceive"], [
        "d.close &",
        "c.trySend",
      ]],
    },
  },
  "Channel closeParked - whole/trySend/tryReceive": {
    seed: 266,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["c.tryReceive"], ["c.send"], ["c.close"]],
    },
  },
  "Channel closeParked - trySendFailed/tryReceiveFailed": {
    seed: 13355,
    program: {
      capacities: [1, 1],
      count: 0,
      goroutines: [["c.send || d.close"], ["c.trySend"], ["c.send"], ["d.send", "c.close"]],
    },
  },
  "Channel whole/trySend/tryReceive - whole/trySend/tryReceive": {
    seed: 1,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["select acquire 2, receive c"], ["select send c, default"]],
    },
  },
  "Channel whole/trySend/tryReceive - trySendFailed/tryReceiveFailed": {
    seed: 18,
    program: { capacities: [1, 0], count: 0, goroutines: [["c.tryReceive"], ["c.trySend"]] },
  },
  "Channel whole/trySend/tryReceive - size": {
    seed: 86,
    program: { capacities: [1, 0], count: 0, goroutines: [["c.size"], ["c.trySend"]] },
  },
  "Timer fire - stop/reset": {
    seed: 86,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["timer.reset 0"], ["timer.receive || call.stop"], [
        "call.reset 1",
        "timer.reset 1",
      ]],
    },
  },
  "Timer fire - whole/trySend/tryReceive": {
    seed: 2987,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["limiter.wait ctx", "limiter.wait ctx", "cancel"], ["timer.receive ctx"]],
    },
  },
  "Timer stop/reset - stop/reset": {
    seed: 4,
    program: { capacities: [0, 0], count: 0, goroutines: [["timer.reset 0"], ["timer.stop"]] },
  },
  "Timer stop/reset - receive": {
    seed: 4,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["timer.reset 0", "timer.receive"], ["timer.stop"]],
    },
  },
  "Timer stop/reset - whole/trySend/tryReceive": {
    seed: 4,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["select timer, receive c"], ["timer.reset 0"]],
    },
  },
  "Timer stop/reset - trySendFailed/tryReceiveFailed": {
    seed: 6,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["timer.tryReceive"], ["timer.reset 0"]],
    },
  },
  "Mutex lock - lock": {
    seed: 34,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.lock"], ["m.lock"]] },
  },
  "Mutex lock - misuse/select": {
    seed: 74,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["m.unlock", "m.lock", "m.unlock"], ["m.lock", "m.unlock"], [
        "m.lock",
        "m.unlock",
      ]],
    },
  },
  "Mutex lock - tryLock": {
    seed: 12,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.tryLock"], ["m.lock"]] },
  },
  "Mutex lock - tryFailed": {
    seed: 39,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.lock"], ["m.tryLock"]] },
  },
  "Mutex unlock - misuse/select": {
    seed: 342,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["m.tryLock", "m.unlock"], ["m.unlock"]],
    },
  },
  "Mutex unlock - tryLock": {
    seed: 12,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.tryLock"], ["m.lock", "m.unlock"]] },
  },
  "Mutex unlock - tryFailed": {
    seed: 12,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.tryLock"], ["m.lock", "m.unlock"]] },
  },
  "Mutex misuse/select - misuse/select": {
    seed: 105,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["select lock, receive c", "c.send"], ["c.send", "m.lock ctx"], ["m.unlock"]],
    },
  },
  "Mutex misuse/select - tryLock": {
    seed: 777,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["m.tryLock"], ["select lock, receive c"]],
    },
  },
  "Mutex misuse/select - tryFailed": {
    seed: 146,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["select lock, receive c"], ["m.tryLock"]],
    },
  },
  "Mutex tryLock - tryLock": {
    seed: 16,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.tryLock"], ["m.tryLock"]] },
  },
  "Mutex tryLock - tryFailed": {
    seed: 27,
    program: { capacities: [0, 0], count: 0, goroutines: [["m.tryLock"], ["m.tryLock"]] },
  },
  "RWMutex rLock - lock": {
    seed: 16,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.lock"], ["rw.rLock"]] },
  },
  "RWMutex rLock - unlock": {
    seed: 196,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.lock", "rw.unlock"], [
        "rw.tryLock",
        "rw.tryRLock || rw.tryLock",
        "rw.lock",
        "rw.unlock",
      ], ["rw.rLock", "rw.tryRLock", "rw.rUnlock", "rw.tryRLock"]],
    },
  },
  "RWMutex rLock - tryLock": {
    seed: 89,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryLock"], ["rw.rLock"]] },
  },
  "RWMutex rLock - tryFailed": {
    seed: 89,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryLock"], ["rw.rLock"]] },
  },
  "RWMutex rLock - selectRLock/selectLock/rMisuse/misuse": {
    seed: 382,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryLock"], ["rw.rUnlock"], ["rw.tryRLock", "rw.rLock"]],
    },
  },
  "RWMutex lock - lock": {
    seed: 120,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.lock"], ["rw.lock"]] },
  },
  "RWMutex lock - tryRLock": {
    seed: 16,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.lock"], ["rw.tryRLock"]] },
  },
  "RWMutex lock - tryRFailed": {
    seed: 37,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryRLock"], ["rw.lock"]] },
  },
  "RWMutex lock - tryLock": {
    seed: 1,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryLock"], ["rw.lock"]] },
  },
  "RWMutex lock - tryFailed": {
    seed: 100,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryLock"], ["rw.lock"]] },
  },
  "RWMutex lock - selectRLock/selectLock/rMisuse/misuse": {
    seed: 41,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.lock"], ["select rLock, receive c"]],
    },
  },
  "RWMutex rUnlock - tryLock": {
    seed: 513,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.rLock", "rw.rUnlock"], ["rw.tryLock"]],
    },
  },
  "RWMutex rUnlock - tryFailed": {
    seed: 82,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.rLock", "rw.rUnlock"], ["rw.tryLock"]],
    },
  },
  "RWMutex rUnlock - selectRLock/selectLock/rMisuse/misuse": {
    seed: 560,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.lock", "rw.unlock", "rw.unlock"], ["rw.rLock", "rw.rUnlock"]],
    },
  },
  "RWMutex unlock - tryRLock": {
    seed: 192,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.lock ctx", "rw.unlock"], ["rw.tryRLock"]],
    },
  },
  "RWMutex unlock - tryRFailed": {
    seed: 16,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.lock", "rw.unlock"], ["rw.tryRLock"]],
    },
  },
  "RWMutex unlock - tryLock": {
    seed: 282,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryLock", "rw.unlock"], ["rw.lock", "rw.unlock", "rw.rLock", "rw.rUnlock"]],
    },
  },
  "RWMutex unlock - tryFailed": {
    seed: 77,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryLock"], ["rw.lock", "rw.unlock"]],
    },
  },
  "RWMutex unlock - selectRLock/selectLock/rMisuse/misuse": {
    seed: 1753,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.lock", "rw.unlock", "rw.unlock"], ["rw.lock", "rw.unlock"], ["rw.tryLock"]],
    },
  },
  "RWMutex tryRLock - tryLock": {
    seed: 36,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryRLock"], ["rw.rLock", "rw.rUnlock", "rw.tryLock"]],
    },
  },
  "RWMutex tryRLock - tryFailed": {
    seed: 3,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryRLock"], ["rw.tryLock"]] },
  },
  "RWMutex tryRLock - selectRLock/selectLock/rMisuse/misuse": {
    seed: 875,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.rLock", "rw.unlock"], ["rw.tryRLock"]],
    },
  },
  "RWMutex tryRFailed - tryLock": {
    seed: 487,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryRLock"], ["rw.tryLock"]] },
  },
  "RWMutex tryRFailed - selectRLock/selectLock/rMisuse/misuse": {
    seed: 96,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryRLock"], ["rw.rUnlock"], ["rw.lock", "rw.lock"]],
    },
  },
  "RWMutex tryLock - tryLock": {
    seed: 125,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryLock"], ["rw.lock", "rw.unlock", "rw.tryLock"]],
    },
  },
  "RWMutex tryLock - tryFailed": {
    seed: 13,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryLock"], ["rw.tryLock"]] },
  },
  "RWMutex tryLock - selectRLock/selectLock/rMisuse/misuse": {
    seed: 1934,
    program: { capacities: [0, 0], count: 0, goroutines: [["rw.tryLock"], ["rw.rUnlock"]] },
  },
  "RWMutex tryFailed - selectRLock/selectLock/rMisuse/misuse": {
    seed: 698,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["rw.tryLock"], ["rw.tryRLock"], ["rw.unlock"]],
    },
  },
  "RWMutex selectRLock/selectLock/rMisuse/misuse - selectRLock/selectLock/rMisuse/misuse": {
    seed: 28,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["select rLock, receive c", "rw.rUnlock"], [
        "select rLock, receive c",
        "x.get",
        "c.send",
      ], ["rw.lock ctx", "rw.rUnlock"]],
    },
  },
  "WaitGroup done - add": {
    seed: 151,
    program: { capacities: [0, 0], count: 2, goroutines: [["wg.add 1"], ["wg.add -2", "wg.done"]] },
  },
  "WaitGroup done - return": {
    seed: 819,
    program: {
      capacities: [0, 0],
      count: 1,
      goroutines: [["wg.add 1", "wg.done", "wg.wait"], ["wg.done", "wg.add 1", "wg.done"]],
    },
  },
  "WaitGroup done - select": {
    seed: 2158,
    program: {
      capacities: [1, 0],
      count: 1,
      goroutines: [["select send c, receive c || select wait, receive c"], [
        "select send c, receive d",
        "select wait, receive c",
        "wg.done",
      ]],
    },
  },
  "WaitGroup add - wait": {
    seed: 2,
    program: { capacities: [0, 0], count: 0, goroutines: [["wg.wait"], [], [], ["wg.add 2"]] },
  },
  "WaitGroup add - return": {
    seed: 77,
    program: {
      capacities: [0, 0],
      count: 2,
      goroutines: [["wg.add 2", "wg.add 2"], ["wg.wait"], ["wg.done", "wg.done"]],
    },
  },
  "WaitGroup add - select": {
    seed: 57,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["c.send", "select wait, receive c"], ["select wait, receive c", "wg.add 1"]],
    },
  },
  "Once arrive - arrive": {
    seed: 7,
    program: { capacities: [0, 0], count: 0, goroutines: [["once set"], ["once set, yield"]] },
  },
  "Once end - cancellable": {
    seed: 41,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["once set, yield ctx"], ["once set, yield ctx"], ["yield", "cancel"]],
    },
  },
  "Cond wait - wait": {
    seed: 767,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["bell.wait"], ["x.set &", "bell.signal"], ["x.set &", "bell.wait ctx"]],
    },
  },
  "Cond wait - signal": {
    seed: 4,
    program: { capacities: [0, 0], count: 0, goroutines: [["bell.wait"], ["bell.signal"]] },
  },
  "Cond wait - broadcast": {
    seed: 5,
    program: { capacities: [0, 0], count: 0, goroutines: [["bell.wait ctx"], ["bell.broadcast"]] },
  },
  "Cond signal - signal": {
    seed: 1793,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["bell.wait", "x.get", "x.get"], ["bell.signal"], [
        "x.get &",
        "bell.signal",
        "x.get",
      ], ["x.set &", "cancel", "bell.wait"]],
    },
  },
  "Cond signal - broadcast": {
    seed: 1755,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["x.set", "bell.broadcast"], ["bell.signal"], ["bell.wait", "x.set"]],
    },
  },
  "Cond broadcast - broadcast": {
    seed: 1458,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["m.tryLock", "cond.broadcast"], ["m.lock", "cond.wait", "m.unlock"], [
        "cond.broadcast",
      ]],
    },
  },
  "Semaphore acquire - acquire": {
    seed: 37,
    program: { capacities: [0, 0], count: 0, goroutines: [["sem.acquire"], ["sem.acquire 2"]] },
  },
  "Semaphore acquire - tryAcquire": {
    seed: 3,
    program: { capacities: [0, 0], count: 0, goroutines: [["sem.acquire 2"], ["sem.tryAcquire"]] },
  },
  "Semaphore acquire - tryFailed": {
    seed: 4,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.acquire 2"], ["sem.tryAcquire 2"]],
    },
  },
  "Semaphore acquire - cancellable/misuse": {
    seed: 45,
    program: { capacities: [0, 0], count: 0, goroutines: [["sem.release 2"], ["sem.acquire"]] },
  },
  "Semaphore release - release": {
    seed: 3,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.acquire", "x.set 1 &", "sem.release"], ["sem.acquire", "sem.release"], [
        "sem.tryAcquire",
        "sem.acquire",
        "x.get",
      ]],
    },
  },
  "Semaphore release - tryAcquire": {
    seed: 53,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.tryAcquire", "sem.tryAcquire 2", "sem.acquire", "sem.release"], [
        "sem.tryAcquire",
      ]],
    },
  },
  "Semaphore release - tryFailed": {
    seed: 20,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.tryAcquire"], ["sem.acquire 2", "sem.release 2"]],
    },
  },
  "Semaphore release - cancellable/misuse": {
    seed: 333,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.release 2"], ["sem.acquire", "sem.release"]],
    },
  },
  "Semaphore tryAcquire - tryAcquire": {
    seed: 3,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.tryAcquire 2"], ["sem.tryAcquire"]],
    },
  },
  "Semaphore tryAcquire - tryFailed": {
    seed: 30,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.tryAcquire 2"], ["sem.tryAcquire 2"]],
    },
  },
  "Semaphore tryAcquire - cancellable/misuse": {
    seed: 13,
    program: { capacities: [0, 0], count: 0, goroutines: [["sem.release 2"], ["sem.tryAcquire"]] },
  },
  "Semaphore tryFailed - cancellable/misuse": {
    seed: 5,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [[], ["cancel"], ["select acquire 2, receive c", "sem.acquire 2 ctx"], [
        "sem.tryAcquire",
        "sem.release",
      ]],
    },
  },
  "Semaphore cancellable/misuse - cancellable/misuse": {
    seed: 10,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["sem.release 2"], ["select acquire 2, receive c"]],
    },
  },
  "SingleFlight do/end/forget - do/end/forget": {
    seed: 1,
    program: { capacities: [0, 0], count: 0, goroutines: [["fly, yield"], ["fly, yield"]] },
  },
  "ErrGroup go/tryGo - go/tryGo": {
    seed: 18,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.tryGo receive c"], ["group.setLimit 1"], ["group.tryGo receive c"]],
    },
  },
  "ErrGroup go/tryGo - tryFailed": {
    seed: 18,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.tryGo receive c"], ["group.setLimit 1"], ["group.tryGo receive c"]],
    },
  },
  "ErrGroup go/tryGo - end": {
    seed: 58,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.go throw", "group.tryGo receive c", "group.wait"], [
        "group.wait",
        "group.wait",
        "group.setLimit 1",
      ]],
    },
  },
  "ErrGroup go/tryGo - wait": {
    seed: 11,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.wait"], ["group.tryGo receive c"]],
    },
  },
  "ErrGroup go/tryGo - setLimit": {
    seed: 15,
    program: { capacities: [0, 0], count: 0, goroutines: [["group.go set"], ["group.setLimit 0"]] },
  },
  "ErrGroup tryFailed - end": {
    seed: 96,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.setLimit 1"], ["group.go throw"], ["group.tryGo receive c"]],
    },
  },
  "ErrGroup tryFailed - setLimit": {
    seed: 172,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.setLimit 0"], ["cancel", "group.tryGo receive c"]],
    },
  },
  "ErrGroup end - end": {
    seed: 125,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.wait"], ["group.go throw", "group.go set", "group.tryGo receive c"]],
    },
  },
  "ErrGroup end - setLimit": {
    seed: 15,
    program: { capacities: [0, 0], count: 0, goroutines: [["group.go set"], ["group.setLimit 0"]] },
  },
  "ErrGroup end - cancellable": {
    seed: 345,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["cancel", "group.go set"], ["group.go set", "group.wait ctx"]],
    },
  },
  "ErrGroup wait - setLimit": {
    seed: 241,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.tryGo receive c", "group.go yield"], ["group.wait"], [
        "group.setLimit 0",
      ]],
    },
  },
  "ErrGroup setLimit - setLimit": {
    seed: 20,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["group.setLimit 1"], ["group.setLimit 0"]],
    },
  },
  "RateLimiter allow/reserve/wait/cancel/set - allow/reserve/wait/cancel/set": {
    seed: 1,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["limiter.reserve"], ["limiter.reserve"]],
    },
  },
  "RateLimiter allow/reserve/wait/cancel/set - tokens/limit/burst": {
    seed: 3,
    program: {
      capacities: [0, 0],
      count: 0,
      goroutines: [["limiter.tokens"], ["select limiter, receive c"]],
    },
  },
  "Sometimes do - do": {
    seed: 4,
    program: { capacities: [0, 0], count: 0, goroutines: [["often.do"], ["often.do"]] },
  },
  "Context look/cause/listen - cancel": {
    seed: 23,
    program: { capacities: [0, 0], count: 0, goroutines: [["cancel"], ["once set, yield ctx"]] },
  },
  "Context cancel - cancel": {
    seed: 5,
    program: {
      capacities: [1, 0],
      count: 0,
      goroutines: [["cancel"], ["c.send", "cancel"], ["done", "c.send"]],
    },
  },
  "afterFunc start/stop - start/stop": {
    seed: 274,
    program: { capacities: [0, 0], count: 0, goroutines: [["unlisten"], ["unlisten"]] },
  },
  "callAfter fire/stop/reset - fire/stop/reset": {
    seed: 2,
    program: { capacities: [0, 0], count: 0, goroutines: [["call.reset 1"], ["call.stop"]] },
  },
  "wrap read - write": {
    seed: 10,
    program: { capacities: [0, 0], count: 0, goroutines: [["store.save"], ["store.load"]] },
  },
  "wrap write - write": {
    seed: 1,
    program: { capacities: [0, 0], count: 0, goroutines: [["store.save"], ["store.save"]] },
  },
};
