/**
 * For each entry of the tables of accesses a small program that notices if it is wrong: what is said to commute would
 * hide an outcome of it from a reduced search.
 *
 * Found among random programs, and made small: `deno task corpus relation` prints the lines of those that are missing.
 *
 * @module
 */

import { type Witness, witness } from "./witness.ts";

/** By the name of the entry. */
export const WITNESSES: Readonly<Record<string, Witness>> = {
  "Shared read/failedCompare - write/compareAndSet/update": witness(2, ["x.update", "x.get"]),
  "Shared write/compareAndSet/update - write/compareAndSet/update": witness(2, [
    "y.update",
    "y.cas 0",
  ]),
  "Channel send - send": witness(42, ["c.send", "c.send"], { capacities: [1, 0] }),
  "Channel send - close": witness(5, ["d.close", "d.send"], { capacities: [0, 1] }),
  "Channel send - closeParked": witness(834, ["c.close", "c.send", "c.send; c.trySend"]),
  "Channel send - whole/trySend/tryReceive": witness(18, ["c.trySend", "c.send"], {
    capacities: [1, 0],
  }),
  "Channel send - trySendFailed/tryReceiveFailed": witness(7, ["c.send", "c.tryReceive"]),
  "Channel send - size": witness(7, ["c.send", "c.size"], { capacities: [1, 0] }),
  "Channel receive - receive": witness(122, ["c.next", "c.send", "c.receive"], {
    capacities: [1, 0],
  }),
  "Channel receive - receiveParked": witness(440, ["d.receive", "d.receive", "d.send"]),
  "Channel receive - closeParked": witness(391, ["c.receive", "c.send || c.close"]),
  "Channel receive - whole/trySend/tryReceive": witness(4, ["select send c, default", "c.next"]),
  "Channel receive - trySendFailed/tryReceiveFailed": witness(87, ["c.trySend", "c.receive"]),
  "Channel receive - size": witness(107, ["c.next", "c.trySend", "d.close; c.size"], {
    capacities: [1, 0],
  }),
  "Channel receiveParked - receiveParked": witness(1896, ["c.send", "c.next", "c.receive"]),
  "Channel receiveParked - close": witness(988, [
    "d.send || c.close; c.size",
    "c.send || d.receive",
    "c.receive; d.close",
  ], { capacities: [1, 0] }),
  "Channel receiveParked - closeParked": witness(2025, ["d.send", "d.close", "d.receive"]),
  "Channel receiveParked - whole/trySend/tryReceive": witness(1592, [
    "c.tryReceive; c.send; c.receive",
    "c.next",
    "c.send",
  ]),
  "Channel receiveParked - trySendFailed/tryReceiveFailed": witness(5492, [
    "c.next",
    "c.trySend &; c.send",
    "c.tryReceive; d.receive",
  ]),
  "Channel receiveParked - size": witness(1741, [
    "c.send",
    "c.receive &",
    "c.send || c.size; c.tryReceive; c.size &",
  ], { capacities: [1, 0] }),
  "Channel close - close": witness(32, ["d.close", "d.close"]),
  "Channel close - closeParked": witness(1473, [
    "d.receive; d.close",
    "d.send; d.send || c.tryReceive",
    "d.close &; c.trySend",
  ], { capacities: [1, 0] }),
  "Channel close - whole/trySend/tryReceive": witness(8, ["c.size; c.tryReceive", "c.close"]),
  "Channel close - trySendFailed/tryReceiveFailed": witness(8, ["c.tryReceive", "c.close"]),
  "Channel closeParked - closeParked": witness(1473, [
    "d.receive; d.close",
    "d.send; d.send || c.tryReceive",
    "d.close &; c.trySend",
  ], { capacities: [1, 0] }),
  "Channel closeParked - whole/trySend/tryReceive": witness(266, [
    "c.tryReceive",
    "c.send",
    "c.close",
  ]),
  "Channel closeParked - trySendFailed/tryReceiveFailed": witness(13355, [
    "c.send || d.close",
    "c.trySend",
    "c.send",
    "d.send; c.close",
  ], { capacities: [1, 1] }),
  "Channel whole/trySend/tryReceive - whole/trySend/tryReceive": witness(1, [
    "select acquire 2, receive c",
    "select send c, default",
  ], { capacities: [1, 0] }),
  "Channel whole/trySend/tryReceive - trySendFailed/tryReceiveFailed": witness(18, [
    "c.tryReceive",
    "c.trySend",
  ], { capacities: [1, 0] }),
  "Channel whole/trySend/tryReceive - size": witness(86, ["c.size", "c.trySend"], {
    capacities: [1, 0],
  }),
  "Timer fire - stop/reset": witness(86, [
    "timer.reset 0",
    "timer.receive || call.stop",
    "call.reset 1; timer.reset 1",
  ]),
  "Timer fire - whole/trySend/tryReceive": witness(2987, [
    "limiter.wait ctx; limiter.wait ctx; cancel",
    "timer.receive ctx",
  ]),
  "Timer stop/reset - stop/reset": witness(4, ["timer.reset 0", "timer.stop"]),
  "Timer stop/reset - receive": witness(4, ["timer.reset 0; timer.receive", "timer.stop"]),
  "Timer stop/reset - whole/trySend/tryReceive": witness(4, [
    "select timer, receive c",
    "timer.reset 0",
  ]),
  "Timer stop/reset - trySendFailed/tryReceiveFailed": witness(6, [
    "timer.tryReceive",
    "timer.reset 0",
  ]),
  "Mutex lock - lock": witness(34, ["m.lock", "m.lock"]),
  "Mutex lock - misuse/select": witness(74, [
    "m.unlock; m.lock; m.unlock",
    "m.lock; m.unlock",
    "m.lock; m.unlock",
  ]),
  "Mutex lock - tryLock": witness(12, ["m.tryLock", "m.lock"]),
  "Mutex lock - tryFailed": witness(39, ["m.lock", "m.tryLock"]),
  "Mutex unlock - misuse/select": witness(342, ["m.tryLock; m.unlock", "m.unlock"]),
  "Mutex unlock - tryLock": witness(12, ["m.tryLock", "m.lock; m.unlock"]),
  "Mutex unlock - tryFailed": witness(12, ["m.tryLock", "m.lock; m.unlock"]),
  "Mutex misuse/select - misuse/select": witness(105, [
    "select lock, receive c; c.send",
    "c.send; m.lock ctx",
    "m.unlock",
  ]),
  "Mutex misuse/select - tryLock": witness(777, ["m.tryLock", "select lock, receive c"]),
  "Mutex misuse/select - tryFailed": witness(146, ["select lock, receive c", "m.tryLock"]),
  "Mutex tryLock - tryLock": witness(16, ["m.tryLock", "m.tryLock"]),
  "Mutex tryLock - tryFailed": witness(27, ["m.tryLock", "m.tryLock"]),
  "RWMutex rLock - lock": witness(16, ["rw.lock", "rw.rLock"]),
  "RWMutex rLock - unlock": witness(196, [
    "rw.lock; rw.unlock",
    "rw.tryLock; rw.tryRLock || rw.tryLock; rw.lock; rw.unlock",
    "rw.rLock; rw.tryRLock; rw.rUnlock; rw.tryRLock",
  ]),
  "RWMutex rLock - tryLock": witness(89, ["rw.tryLock", "rw.rLock"]),
  "RWMutex rLock - tryFailed": witness(89, ["rw.tryLock", "rw.rLock"]),
  "RWMutex rLock - selectRLock/selectLock/rMisuse/misuse": witness(382, [
    "rw.tryLock",
    "rw.rUnlock",
    "rw.tryRLock; rw.rLock",
  ]),
  "RWMutex lock - lock": witness(120, ["rw.lock", "rw.lock"]),
  "RWMutex lock - tryRLock": witness(16, ["rw.lock", "rw.tryRLock"]),
  "RWMutex lock - tryRFailed": witness(37, ["rw.tryRLock", "rw.lock"]),
  "RWMutex lock - tryLock": witness(1, ["rw.tryLock", "rw.lock"]),
  "RWMutex lock - tryFailed": witness(100, ["rw.tryLock", "rw.lock"]),
  "RWMutex lock - selectRLock/selectLock/rMisuse/misuse": witness(41, [
    "rw.lock",
    "select rLock, receive c",
  ]),
  "RWMutex rUnlock - tryLock": witness(513, ["rw.rLock; rw.rUnlock", "rw.tryLock"]),
  "RWMutex rUnlock - tryFailed": witness(82, ["rw.rLock; rw.rUnlock", "rw.tryLock"]),
  "RWMutex rUnlock - selectRLock/selectLock/rMisuse/misuse": witness(560, [
    "rw.lock; rw.unlock; rw.unlock",
    "rw.rLock; rw.rUnlock",
  ]),
  "RWMutex unlock - tryRLock": witness(192, ["rw.lock ctx; rw.unlock", "rw.tryRLock"]),
  "RWMutex unlock - tryRFailed": witness(16, ["rw.lock; rw.unlock", "rw.tryRLock"]),
  "RWMutex unlock - tryLock": witness(282, [
    "rw.tryLock; rw.unlock",
    "rw.lock; rw.unlock; rw.rLock; rw.rUnlock",
  ]),
  "RWMutex unlock - tryFailed": witness(77, ["rw.tryLock", "rw.lock; rw.unlock"]),
  "RWMutex unlock - selectRLock/selectLock/rMisuse/misuse": witness(1753, [
    "rw.lock; rw.unlock; rw.unlock",
    "rw.lock; rw.unlock",
    "rw.tryLock",
  ]),
  "RWMutex tryRLock - tryLock": witness(36, ["rw.tryRLock", "rw.rLock; rw.rUnlock; rw.tryLock"]),
  "RWMutex tryRLock - tryFailed": witness(3, ["rw.tryRLock", "rw.tryLock"]),
  "RWMutex tryRLock - selectRLock/selectLock/rMisuse/misuse": witness(875, [
    "rw.rLock; rw.unlock",
    "rw.tryRLock",
  ]),
  "RWMutex tryRFailed - tryLock": witness(487, ["rw.tryRLock", "rw.tryLock"]),
  "RWMutex tryRFailed - selectRLock/selectLock/rMisuse/misuse": witness(96, [
    "rw.tryRLock",
    "rw.rUnlock",
    "rw.lock; rw.lock",
  ]),
  "RWMutex tryLock - tryLock": witness(125, ["rw.tryLock", "rw.lock; rw.unlock; rw.tryLock"]),
  "RWMutex tryLock - tryFailed": witness(13, ["rw.tryLock", "rw.tryLock"]),
  "RWMutex tryLock - selectRLock/selectLock/rMisuse/misuse": witness(1934, [
    "rw.tryLock",
    "rw.rUnlock",
  ]),
  "RWMutex tryFailed - selectRLock/selectLock/rMisuse/misuse": witness(698, [
    "rw.tryLock",
    "rw.tryRLock",
    "rw.unlock",
  ]),
  "RWMutex selectRLock/selectLock/rMisuse/misuse - selectRLock/selectLock/rMisuse/misuse": witness(
    28,
    [
      "select rLock, receive c; rw.rUnlock",
      "select rLock, receive c; x.get; c.send",
      "rw.lock ctx; rw.rUnlock",
    ],
    { capacities: [1, 0] },
  ),
  "WaitGroup done - add": witness(151, ["wg.add 1", "wg.add -2; wg.done"], { count: 2 }),
  "WaitGroup done - return": witness(819, [
    "wg.add 1; wg.done; wg.wait",
    "wg.done; wg.add 1; wg.done",
  ], { count: 1 }),
  "WaitGroup done - select": witness(2158, [
    "select send c, receive c || select wait, receive c",
    "select send c, receive d; select wait, receive c; wg.done",
  ], { capacities: [1, 0], count: 1 }),
  "WaitGroup add - wait": witness(2, ["wg.wait", "", "", "wg.add 2"]),
  "WaitGroup add - return": witness(77, ["wg.add 2; wg.add 2", "wg.wait", "wg.done; wg.done"], {
    count: 2,
  }),
  "WaitGroup add - select": witness(57, [
    "c.send; select wait, receive c",
    "select wait, receive c; wg.add 1",
  ]),
  "Once arrive - arrive": witness(7, ["once set", "once set, yield"]),
  "Once end - cancellable": witness(41, [
    "once set, yield ctx",
    "once set, yield ctx",
    "yield; cancel",
  ]),
  "Cond wait - wait": witness(767, ["bell.wait", "x.set &; bell.signal", "x.set &; bell.wait ctx"]),
  "Cond wait - signal": witness(4, ["bell.wait", "bell.signal"]),
  "Cond wait - broadcast": witness(5, ["bell.wait ctx", "bell.broadcast"]),
  "Cond signal - signal": witness(1793, [
    "bell.wait; x.get; x.get",
    "bell.signal",
    "x.get &; bell.signal; x.get",
    "x.set &; cancel; bell.wait",
  ]),
  "Cond signal - broadcast": witness(1755, [
    "x.set; bell.broadcast",
    "bell.signal",
    "bell.wait; x.set",
  ]),
  "Cond broadcast - broadcast": witness(1458, [
    "m.tryLock; cond.broadcast",
    "m.lock; cond.wait; m.unlock",
    "cond.broadcast",
  ]),
  "Semaphore acquire - acquire": witness(37, ["sem.acquire", "sem.acquire 2"]),
  "Semaphore acquire - tryAcquire": witness(3, ["sem.acquire 2", "sem.tryAcquire"]),
  "Semaphore acquire - tryFailed": witness(4, ["sem.acquire 2", "sem.tryAcquire 2"]),
  "Semaphore acquire - cancellable/misuse": witness(45, ["sem.release 2", "sem.acquire"]),
  "Semaphore release - release": witness(3, [
    "sem.acquire; x.set 1 &; sem.release",
    "sem.acquire; sem.release",
    "sem.tryAcquire; sem.acquire; x.get",
  ]),
  "Semaphore release - tryAcquire": witness(53, [
    "sem.tryAcquire; sem.tryAcquire 2; sem.acquire; sem.release",
    "sem.tryAcquire",
  ]),
  "Semaphore release - tryFailed": witness(20, ["sem.tryAcquire", "sem.acquire 2; sem.release 2"]),
  "Semaphore release - cancellable/misuse": witness(333, [
    "sem.release 2",
    "sem.acquire; sem.release",
  ]),
  "Semaphore tryAcquire - tryAcquire": witness(3, ["sem.tryAcquire 2", "sem.tryAcquire"]),
  "Semaphore tryAcquire - tryFailed": witness(30, ["sem.tryAcquire 2", "sem.tryAcquire 2"]),
  "Semaphore tryAcquire - cancellable/misuse": witness(13, ["sem.release 2", "sem.tryAcquire"]),
  "Semaphore tryFailed - cancellable/misuse": witness(5, [
    "",
    "cancel",
    "select acquire 2, receive c; sem.acquire 2 ctx",
    "sem.tryAcquire; sem.release",
  ]),
  "Semaphore cancellable/misuse - cancellable/misuse": witness(10, [
    "sem.release 2",
    "select acquire 2, receive c",
  ]),
  "SingleFlight do/end/forget - do/end/forget": witness(1, ["fly, yield", "fly, yield"]),
  "ErrGroup go/tryGo - go/tryGo": witness(18, [
    "group.tryGo receive c",
    "group.setLimit 1",
    "group.tryGo receive c",
  ]),
  "ErrGroup go/tryGo - tryFailed": witness(18, [
    "group.tryGo receive c",
    "group.setLimit 1",
    "group.tryGo receive c",
  ]),
  "ErrGroup go/tryGo - end": witness(58, [
    "group.go throw; group.tryGo receive c; group.wait",
    "group.wait; group.wait; group.setLimit 1",
  ]),
  "ErrGroup go/tryGo - wait": witness(11, ["group.wait", "group.tryGo receive c"]),
  "ErrGroup go/tryGo - setLimit": witness(15, ["group.go set", "group.setLimit 0"]),
  "ErrGroup tryFailed - end": witness(96, [
    "group.setLimit 1",
    "group.go throw",
    "group.tryGo receive c",
  ]),
  "ErrGroup tryFailed - setLimit": witness(172, [
    "group.setLimit 0",
    "cancel; group.tryGo receive c",
  ]),
  "ErrGroup end - end": witness(125, [
    "group.wait",
    "group.go throw; group.go set; group.tryGo receive c",
  ]),
  "ErrGroup end - setLimit": witness(15, ["group.go set", "group.setLimit 0"]),
  "ErrGroup end - cancellable": witness(345, [
    "cancel; group.go set",
    "group.go set; group.wait ctx",
  ]),
  "ErrGroup wait - setLimit": witness(241, [
    "group.tryGo receive c; group.go yield",
    "group.wait",
    "group.setLimit 0",
  ]),
  "ErrGroup setLimit - setLimit": witness(20, ["group.setLimit 1", "group.setLimit 0"]),
  "RateLimiter allow/reserve/wait/cancel/set - allow/reserve/wait/cancel/set": witness(1, [
    "limiter.reserve",
    "limiter.reserve",
  ]),
  "RateLimiter allow/reserve/wait/cancel/set - tokens/limit/burst": witness(3, [
    "limiter.tokens",
    "select limiter, receive c",
  ]),
  "Sometimes do - do": witness(4, ["often.do", "often.do"]),
  "Context look/cause/listen - cancel": witness(23, ["cancel", "once set, yield ctx"]),
  "Context cancel - cancel": witness(5, ["cancel", "c.send; cancel", "done; c.send"], {
    capacities: [1, 0],
  }),
  "afterFunc start/stop - start/stop": witness(274, ["unlisten", "unlisten"]),
  "callAfter fire/stop/reset - fire/stop/reset": witness(2, ["call.reset 1", "call.stop"]),
  "wrap read - write": witness(10, ["store.save", "store.load"]),
  "wrap write - write": witness(1, ["store.save", "store.save"]),
};
