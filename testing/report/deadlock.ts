/**
 * Why nobody can go on: what the record proves about a deadlock, and nothing else.
 *
 * Go lets anybody unlock a Mutex and anybody send on a channel, so who *will* is never said; who locked it, and where,
 * is a fact. A sentence for a known shape is written only where the record leaves no other reading.
 *
 * @module
 */

import type { EventRecord, GoroutineRecord, ResourceRecord, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { listed, plural } from "./text.ts";

/** More sentences than this nobody reads. */
const MOST_SENTENCES = 6;
/** Verbs that lock for reading, in the spellings of Go and others. */
const READ_LOCK = /^(try)?(r|read)Lock$|^(lock|acquire)Read$/i;
const SIGNAL = /^(signal|broadcast)$/;

/** Edge is "waiter waits for a lock that holder holds". */
export interface Edge {
  /** Who waits. */
  readonly waiter: GoroutineRecord;
  /** What it waits for. */
  readonly lock: ResourceRecord;
  /** Who has it; possibly the waiter itself. */
  readonly holder: GoroutineRecord;
  /** The step in which holder got it. */
  readonly step: number;
}

/** lockEdges returns who waits for a lock held by whom. */
export function lockEdges(record: ScheduleRecord): Edge[] {
  const names = new Names(record);
  return record.goroutines.flatMap((waiter) => {
    const lock = isLockWait(waiter) ? names.resource(waiter.resource) : undefined;
    return (lock?.holders ?? []).flatMap(({ goroutine, step }) => {
      const holder = names.goroutine(goroutine);
      return holder === undefined ? [] : [{ waiter, lock: lock!, holder, step }];
    });
  });
}

/** lockCycles returns the cycles of locks, each once: every waiter's lock is held by the next waiter. */
export function lockCycles(edges: readonly Edge[]): Edge[][] {
  const cycles: Edge[][] = [];
  const done = new Set<number>();
  const visit = (id: number, path: readonly Edge[]): void => {
    const start = path.findIndex(({ waiter }) => waiter.id === id);
    if (start >= 0) {
      cycles.push(path.slice(start));
      return;
    }
    if (done.has(id)) return;
    for (const edge of edges) {
      if (edge.waiter.id === id && edge.holder.id !== id) visit(edge.holder.id, [...path, edge]);
    }
    done.add(id);
  };
  for (const { waiter } of edges) visit(waiter.id, []);
  return cycles;
}

/** explainDeadlock returns sentences that say why nobody can go on, the most telling first; none if nothing is certain. */
export function explainDeadlock(record: ScheduleRecord): string[] {
  const edges = lockEdges(record);
  const recursive = recursiveReads(record, edges);
  const selfish = edges.filter((it) => it.waiter.id === it.holder.id && !recursive.includes(it));
  const cycles = lockCycles(edges);
  const inCycle = new Set(cycles.flat());
  const chains = edges.filter((it) =>
    it.waiter.id !== it.holder.id && !inCycle.has(it) && !recursive.includes(it)
  );
  const causes = [
    ...cycles.map(describeCycle),
    ...selfish.map((it) => describeSelf(it, record)),
    ...recursive.map((it) => describeRecursive(it, record)),
  ];
  // Once that is known, what else waits is a consequence.
  const rest = causes.length > 0 ? [] : record.goroutines.flatMap((it) => describeWait(it, record));
  const sentences = [
    ...causes,
    ...firstWaiters(chains).map((it) => describeChain(it, record)),
    ...rest,
  ];
  return [...new Set(sentences)].slice(0, MOST_SENTENCES);
}

function isLockWait({ status, waitReason = "" }: GoroutineRecord): boolean {
  return status === "waiting" && /^sync\.(RW)?Mutex\./.test(waitReason);
}

function describeCycle(cycle: readonly Edge[]): string {
  return cycle.map(({ waiter, lock }, index) => {
    const held = cycle.at(index - 1)!.lock;
    return `g${waiter.id} locked ${held.name} and waits for ${lock.name}`;
  }).join("; ") + ".";
}

function describeSelf({ waiter, lock, step }: Edge, record: ScheduleRecord): string {
  if (hasReadLock(waiter.id, lock, step, record)) {
    return `g${waiter.id} read-locked ${lock.name} at step ${step} and waits to write: ` +
      `a read lock cannot become a write lock.`;
  }
  const article = /^[AEIOU]|^RW/.test(lock.type) ? "an" : "a";
  return `g${waiter.id} locked ${lock.name} at step ${step} and waits for it: ` +
    `${article} ${lock.type} is not reentrant.`;
}

/** Those who hold a read lock, want another, and stand behind somebody who waits to write. */
function recursiveReads(record: ScheduleRecord, edges: readonly Edge[]): Edge[] {
  return edges.filter(({ waiter, holder, lock, step }) =>
    waiter.id === holder.id && waiter.waitReason === "sync.RWMutex.RLock" &&
    hasReadLock(waiter.id, lock, step, record) && writersOf(lock, record).length > 0
  );
}

function describeRecursive({ waiter, lock, step }: Edge, record: ScheduleRecord): string {
  const writer = writersOf(lock, record)[0]!;
  return `recursive RLock while a writer waits: g${waiter.id} has read-locked ${lock.name} since step ${step}, ` +
    `g${writer.id} waits to write and bars new readers.`;
}

function writersOf(lock: ResourceRecord, record: ScheduleRecord): GoroutineRecord[] {
  return record.goroutines.filter((it) =>
    it.status === "waiting" && it.waitReason === "sync.RWMutex.Lock" && it.resource === lock.id
  );
}

/** Whether the last lock that goroutine asked for, up to that step, was one for reading. */
function hasReadLock(
  goroutine: number,
  lock: ResourceRecord,
  step: number,
  record: ScheduleRecord,
): boolean {
  const last = record.events.findLast((it) => it.goroutine === goroutine);
  const asked = record.events.filter((it) =>
    it.goroutine === goroutine && it.resource === lock.id && it.step <= step &&
    // What it still waits for it does not have.
    !(it === last && it.waits) &&
    /lock/i.test(it.verb) && it.value !== "false" &&
    !/unlock/i.test(it.verb)
  );
  return READ_LOCK.test(asked.at(-1)?.verb ?? "");
}

/** One edge for each lock and holder: more waiters of one lock tell nothing new. */
function firstWaiters(edges: readonly Edge[]): Edge[] {
  const isSame = (a: Edge, b: Edge): boolean => a.lock === b.lock && a.holder === b.holder;
  return edges.filter((edge, index) => edges.findIndex((it) => isSame(it, edge)) === index);
}

function describeChain({ waiter, lock, holder, step }: Edge, record: ScheduleRecord): string {
  const first =
    `g${waiter.id} goes on when ${lock.name} is unlocked; g${holder.id}, which locked it`;
  if (holder.status === "ended") return `${first} at step ${step}, has ended.`;
  if (holder.status === "panicked") return `${first} at step ${step}, has panicked.`;
  const condition = conditionOf(holder, new Names(record));
  return condition === undefined
    ? `${first}, waits itself.`
    : `${first}, goes on when ${condition}.`;
}

/** What lets a waiting goroutine go on, in words; undefined where that is more than a few. */
function conditionOf({ waitReason, resource }: GoroutineRecord, names: Names): string | undefined {
  const name = names.resource(resource)?.name;
  if (name === undefined) return undefined;
  switch (waitReason) {
    case "chan send":
      return `somebody receives from ${name}`;
    case "chan receive":
      return `somebody sends to ${name} or closes it`;
    case "sync.Mutex.Lock":
    case "sync.RWMutex.Lock":
    case "sync.RWMutex.RLock":
      return `${name} is unlocked`;
    case "sync.Cond.Wait":
      return `somebody signals ${name}`;
    case "sync.WaitGroup.Wait":
      return `the counter of ${name} is zero`;
    case "semacquire":
      return `somebody releases ${name}`;
    default:
      return undefined;
  }
}

/** The shapes that concern a single goroutine. */
function describeWait(goroutine: GoroutineRecord, record: ScheduleRecord): string[] {
  const resource = new Names(record).resource(goroutine.resource);
  if (goroutine.status !== "waiting") return [];
  if (/nil chan|no cases/.test(goroutine.waitReason ?? "")) {
    return [`g${goroutine.id} waits for what is never ready (${goroutine.waitReason}).`];
  }
  if (resource === undefined) return [];
  const events = record.events.filter((it) => it.resource === resource.id);
  switch (goroutine.waitReason) {
    case "sync.Cond.Wait":
      return describeCond(goroutine, resource, events);
    case "sync.WaitGroup.Wait":
      return describeWaitGroup(resource, events);
    case "chan send":
    case "chan receive":
      return describeChannel(goroutine, resource, record);
    default:
      return [];
  }
}

/** A signal that woke nobody and came before the wait, with none after it. */
function describeCond(
  { id, since }: GoroutineRecord,
  cond: ResourceRecord,
  events: readonly EventRecord[],
): string[] {
  const signals = events.filter(({ verb }) => SIGNAL.test(verb));
  const last = signals.at(-1);
  if (last === undefined) return [`${cond.name} was never signalled.`];
  const waited = events.findLastIndex(({ goroutine, waits }) => goroutine === id && waits);
  if (since === undefined || last.wakes.length > 0 || waited < events.lastIndexOf(last)) return [];
  return [`${last.verb} came at step ${last.step}, before g${id} waited at step ${since}.`];
}

/** What was added and done; only if the sums are known and agree with a counter above zero. */
function describeWaitGroup(group: ResourceRecord, events: readonly EventRecord[]): string[] {
  let added = 0, done = 0;
  for (const { verb, value } of events) {
    const delta = value === undefined ? 1 : Math.abs(Number(value));
    if (verb === "add" || verb === "go") added += delta;
    if (verb === "done") done += delta;
  }
  const counter = added - done;
  const stated = /\d+/.exec(group.state)?.[0];
  if (
    !Number.isInteger(counter) || counter <= 0 ||
    (stated !== undefined && Number(stated) !== counter)
  ) return [];
  const times = (count: number): string =>
    count === 1 ? "once" : count === 0 ? "never" : `${plural(count, "time")}`;
  return [
    `the counter of ${group.name} is still ${counter}: added ${times(added)}, done ${times(done)}.`,
  ];
}

/** Nobody else is left who could take the other side. */
function describeChannel(
  goroutine: GoroutineRecord,
  channel: ResourceRecord,
  record: ScheduleRecord,
): string[] {
  const alive = record.goroutines.filter(({ status }) =>
    status !== "ended" && status !== "panicked"
  );
  const sameSide = alive.every((it) =>
    it.status === "waiting" && it.waitReason === goroutine.waitReason && it.resource === channel.id
  );
  if (!sameSide) return [];
  const who = listed(alive.map(({ id }) => `g${id}`));
  const rest = alive.length === 1 ? `${who} is the only goroutine left` : `only ${who} are left`;
  const missing = goroutine.waitReason === "chan send" ? "receive from" : "send to";
  return [`${rest}: nobody can ${missing} ${channel.name} any more.`];
}
