/**
 * Recording a schedule for its report: every operation with its place, its value and whom it let go on.
 *
 * Stacks are captured only here, since one per step would slow exploration down six times. So a failing schedule is run
 * once more, with this as its tracer.
 *
 * @module
 */

import type { AwaitWatch } from "./await_watch.ts";
import type { Access } from "../runtime/observer.ts";
import { Resource } from "../runtime/observer.ts";
import type { Waiter } from "../runtime/operation.ts";
import type { Timer } from "../runtime/scheduler.ts";
import type { Explorer } from "./explorer.ts";
import type { Tracer } from "./tracer.ts";
import type { Verdict } from "./verdict.ts";
import type { Inversion } from "./lock_order.ts";
import type { DataRace, RaceAccess } from "./race_check.ts";
import { formatError, toFailure } from "./failure.ts";
import { formatValue } from "./format_value.ts";
import { type Entry, EntryState, type Goroutine, idOf, nameOf } from "./goroutine.ts";
import type {
  DivergenceRecord,
  EventRecord,
  FloatingRecord,
  GoroutineRecord,
  LeftoverTimer,
  LockEdgeRecord,
  PendingRecord,
  RaceAccessRecord,
  ResourceRecord,
  ScheduleRecord,
  Site,
  StepRecord,
} from "./record.ts";
import { writesPlainly } from "./shared.ts";
import { assignedName, isStatement, parseStack, type RawSite, Stack, toSite } from "./sites.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Event extends Writable<Omit<EventRecord, "wakes" | "at">> {
  wakes: number[];
  stack: Stack | undefined;
  site: RawSite | undefined;
}

interface Uncontrolled {
  readonly step: number;
  readonly call: string;
  readonly site: RawSite | undefined;
  readonly isTracked: boolean;
}

interface OperationCall {
  readonly promise: Promise<unknown>;
  readonly goroutine: Goroutine;
  readonly event: Event;
  readonly kind: string;
}

interface Holder {
  goroutine: number;
  step: number;
  stack: Stack | undefined;
}

interface ResourceEntry {
  readonly resource: object;
  readonly type: string;
  readonly stack: Stack | undefined;
  readonly holders: Holder[];
}

/** Recorder is the {@linkcode Tracer} that makes a {@linkcode ScheduleRecord}. */
export class Recorder implements Tracer {
  readonly #explorer: Explorer;
  readonly #goroutines: Goroutine[] = [];
  readonly #createdAt = new Map<Goroutine, Stack | undefined>();
  readonly #ended = new Map<Goroutine, "ended" | "panicked">();
  readonly #resources = new Map<object, ResourceEntry>();
  readonly #steps: StepRecord[] = [];
  readonly #events: Event[] = [];
  readonly #eventOf = new Map<Entry, Event>();
  readonly #stackOf = new Map<Entry, Stack>();
  readonly #timers = new Map<Timer, Stack | undefined>();
  readonly #awaits: AwaitWatch | null;
  readonly #from: number;
  readonly #timersFrom: number;
  // The step that follows each question about who is resumed.
  readonly #stepOfQuestion = new Map<number, number>();
  #asked = 0;
  // The touches of cells, for data races.
  readonly #cellEvents: Event[] = [];
  readonly #promised = new WeakMap<Promise<unknown>, Event>();
  readonly #operations: OperationCall[] = [];
  readonly #raced = new Set<Event>();
  readonly #uncontrolled: Uncontrolled[] = [];
  /** Where something of the outside is awaited. */
  #awaited: RawSite | undefined;
  #mainEndedAt: number | undefined;

  /**
   * @param awaits What the goroutines await, if somebody watches that.
   * @param from The first step to record; what began to wait before it has no place. Stacks are dear, and of a schedule
   * that goes on for ever only the end tells something.
   * @param timersFrom The first step whose timers have a place.
   */
  constructor(
    explorer: Explorer,
    awaits: AwaitWatch | null = null,
    from = 0,
    timersFrom = 0,
  ) {
    this.#explorer = explorer;
    this.#awaits = awaits;
    this.#from = from;
    this.#timersFrom = timersFrom;
  }

  /** The step in which the answer to question `question` was carried out, if it was about who is resumed. */
  stepOf(question: number): StepRecord | undefined {
    const step = this.#stepOfQuestion.get(question);
    return this.#steps.find((record) => record.step === step);
  }

  /** The step before `step`. */
  before(step: StepRecord): StepRecord | undefined {
    return this.#steps[this.#steps.indexOf(step) - 1];
  }

  get #isOff(): boolean {
    return this.#explorer.steps < this.#from;
  }

  /** The steps before which a deadline came although somebody could run. */
  readonly slowSteps: number[] = [];

  // --- Tracer ---

  cameEarly(): void {
    this.slowSteps.push(this.#explorer.steps + 1);
  }

  resumed(entry: Entry, isPreemption: boolean): void {
    if (this.#goroutines.length === 0) this.#goroutines.push(entry.goroutine);
    if (this.#isOff) return;
    const asked = this.#explorer.answers.length;
    if (asked > this.#asked) this.#stepOfQuestion.set(asked - 1, this.#explorer.steps);
    this.#asked = asked;
    this.#steps.push({
      step: this.#explorer.steps,
      time: this.#explorer.clock.elapsed,
      goroutine: idOf(entry.goroutine),
      isPreemption,
    });
    const event = this.#eventOf.get(entry);
    this.#eventOf.delete(entry);
    this.#stackOf.delete(entry);
    if (event === undefined || entry.timer !== null || entry.nth === 0) return;
    const { arrival } = entry.operation as { arrival?: string };
    if (arrival !== undefined) this.#addEvent(entry.goroutine, arrival, event.stack);
    if (!entry.hasFailed) this.#setResult(event, entry);
  }

  performing(entry: Entry, waits: boolean): void {
    if (this.#isOff) return;
    const operation = entry.operation.described;
    const stack = (operation as { calledAt?: Stack }).calledAt ?? new Stack();
    const event = this.#addEvent(entry.goroutine, operation.verb, stack);
    event.waits = waits;
    const index = this.#indexOf(operation.resource);
    if (index !== undefined) event.resource = index;
    const { value } = operation as { value?: unknown };
    if (value !== undefined) event.value = formatValue(value);
    else if (Object.hasOwn(Object.getPrototypeOf(operation), "toString")) {
      event.value = String(operation);
    }
    this.#eventOf.set(entry, event);
    this.#stackOf.set(entry, stack);
  }

  performed(entry: Entry): void {
    if (entry.state === EntryState.Runnable && !entry.hasFailed) this.#hold(entry);
  }

  touched(goroutine: Goroutine | null, resource: object, access: Access, detail: unknown): void {
    if (access.isSilent) return;
    const stack = this.#isOff ? undefined : new Stack();
    const event = this.#addEvent(goroutine, access.verb, stack);
    const index = this.#indexOf(resource);
    if (index !== undefined) event.resource = index;
    if (access.verb.startsWith("try")) event.value = verdictOf(access, detail);
    else if (detail !== undefined) event.value = formatValue(detail);
    if (writesPlainly(access) !== undefined) this.#cellEvents.push(event);
    if (access.hold !== undefined) this.#changeHold(resource, access, event.goroutine, stack);
  }

  ready(entry: Entry, isDoing: boolean): void {
    const event = this.#events.at(-1);
    const id = idOf(entry.goroutine);
    if (
      isDoing && event !== undefined && event.step === this.#explorer.steps &&
      !event.wakes.includes(id)
    ) event.wakes.push(id);
    if (!entry.hasFailed) this.#hold(entry);
  }

  spawned(parent: Goroutine, child: Goroutine): void {
    const stack = new Stack();
    this.#goroutines.push(child);
    this.#createdAt.set(child, stack);
    const event = this.#addEvent(parent, "go", stack);
    event.started = idOf(child);
  }

  ended(goroutine: Goroutine): void {
    this.#ended.set(goroutine, "ended");
    if (goroutine.parent === null) this.#mainEndedAt = this.#explorer.steps;
    this.#addEvent(goroutine, "ends", undefined);
  }

  threw(goroutine: Goroutine, error: unknown): void {
    this.#ended.set(goroutine, "panicked");
    const event = this.#addEvent(goroutine, "throws", undefined);
    event.site = parseErrorSite(error);
    event.value = firstLine(error);
  }

  timerSet(_goroutine: Goroutine, timer: Timer): void {
    const isKept = this.#explorer.steps >= this.#timersFrom;
    this.#timers.set(timer, isKept ? new Stack() : undefined);
  }

  promised(entry: Entry, promise: Promise<unknown>): void {
    const event = this.#eventOf.get(entry);
    if (event === undefined) return;
    this.#promised.set(promise, event);
    const { goroutine, operation } = entry;
    this.#operations.push({ promise, goroutine, event, kind: operation.described.kind });
  }

  /** Notes the contenders of a `Promise.race`. */
  raced(contenders: readonly unknown[]): void {
    for (const contender of contenders) {
      const event = this.#promised.get(contender as Promise<unknown>);
      if (event !== undefined) this.#raced.add(event);
    }
  }

  waitsOutside(goroutine: Goroutine): void {
    this.#awaited = this.#awaits?.foreign(goroutine)[0]?.top;
  }

  uncontrolled(_goroutine: Goroutine, call: string, isTracked: boolean): void {
    if (this.#isOff) return;
    const site = new Stack().top ?? this.#awaited;
    this.#uncontrolled.push({ step: this.#explorer.steps, call, site, isTracked });
  }

  /** What no schedule controls and was called before `step`: once per call and place. */
  uncontrolledBefore(step: number): NonNullable<DivergenceRecord["uncontrolled"]> {
    const calls = new Map<string, { call: string; at?: Site; isTracked: boolean }>();
    for (const { step: calledIn, call, site, isTracked } of this.#uncontrolled) {
      if (calledIn > step) break;
      const at = site && toSite(site);
      const entry = at === undefined ? { call, isTracked } : { call, at, isTracked };
      calls.set(`${call} ${at?.file}:${at?.line}:${at?.column}`, entry);
    }
    return [...calls.values()];
  }

  created(resource: Resource, _goroutine: Goroutine | null): void {
    // The type is an instance field of the subclass, which does not exist yet: read it when asked.
    this.#resources.set(resource, {
      resource,
      get type() {
        return resource.type;
      },
      stack: new Stack(),
      holders: [],
    });
  }

  // --- the record ---

  /** Makes the record of the schedule that has just ended with `verdict`. */
  toRecord(verdict: Verdict): ScheduleRecord {
    const record: Writable<ScheduleRecord> = {
      goroutines: this.#goroutines.map((goroutine) => this.#toGoroutine(goroutine)),
      resources: [...this.#resources.values()].map((entry, id) => this.#toResource(entry, id)),
      steps: this.#steps,
      events: this.#events.map(toEvent),
      timers: this.#leftoverTimers(),
    };
    const failure = toFailure(verdict);
    if (failure !== undefined) record.failure = failure;
    if (this.#mainEndedAt !== undefined) record.mainEndedAt = this.#mainEndedAt;
    if (this.#uncontrolled.length > 0) {
      record.uncontrolled = this.#uncontrolled.map(({ site: top, ...call }) =>
        top === undefined ? call : { ...call, at: toSite(top) }
      );
    }
    const floating = this.#floating();
    if (floating.length > 0) record.floating = floating;
    if (verdict.kind === "leak") this.#addAllowed(record, verdict.goroutines);
    if (verdict.kind === "dataRace") this.#addRace(record, verdict.race);
    if (verdict.kind === "lockOrder") record.locks = this.#toLocks(verdict.inversion);
    return record;
  }

  /**
   * Operations that nobody awaits, once per place: statements of their own, and what nobody has looked at when their
   * goroutine has ended. Somebody may be about to look at the others.
   */
  #floating(): FloatingRecord[] {
    const awaits = this.#awaits;
    // Where every reaction is a point, the promises of operations are looked at by nobody.
    if (awaits === null || this.#explorer.exempt !== null) return [];
    const floating = new Map<string, FloatingRecord>();
    for (const { promise, goroutine, event, kind } of this.#operations) {
      const site = event.stack?.top;
      if (site === undefined || awaits.isHandled(promise)) continue;
      const isCertain = isStatement(site) ?? this.#ended.get(goroutine) === "ended";
      const place = `${site.url}:${site.line}:${site.column}`;
      if (!isCertain || floating.has(place)) continue;
      const record: Writable<FloatingRecord> = {
        goroutine: idOf(goroutine),
        waitReason: kind,
        at: toSite(site),
      };
      if (event.resource !== undefined) record.resource = event.resource;
      floating.set(place, record);
    }
    return [...floating.values()];
  }

  #toLocks(inversion: Inversion): LockEdgeRecord[] {
    const locks = [...this.#resources.keys()].map((lock) => this.#explorer.idOf(lock));
    const find = (goroutine: number, lock: number, step: number): Event | undefined =>
      this.#events.findLast((event) =>
        event.step === step && event.goroutine === goroutine && event.resource === lock &&
        /^(try)?R?lock$/i.test(event.verb)
      );
    return inversion.map(({ goroutine, held, taken }) => {
      const edge: Writable<LockEdgeRecord> = {
        goroutine,
        held: locks.indexOf(held.lock),
        taken: locks.indexOf(taken.lock),
      };
      const [heldAt, takenAt] = [[edge.held, held.step] as const, [edge.taken, taken.step] as const]
        .map(([lock, step]) => find(goroutine, lock, step)?.stack?.top);
      if (heldAt !== undefined) edge.heldAt = toSite(heldAt);
      if (takenAt !== undefined) edge.takenAt = toSite(takenAt);
      return edge;
    });
  }

  /** Those who are left and are no leak may stay. */
  #addAllowed(record: Writable<ScheduleRecord>, leaked: readonly Goroutine[]): void {
    const ids = new Set(leaked.map(idOf));
    record.goroutines = record.goroutines.map((it) =>
      ["ended", "panicked"].includes(it.status) || ids.has(it.id) ? it : { ...it, mayOutlive: true }
    );
  }

  #addRace(record: Writable<ScheduleRecord>, { first, second }: DataRace): void {
    const [earlier, later] = [first, second].map((access) => this.#cellEvent(access));
    if (earlier === undefined || later?.resource === undefined) return;
    record.race = {
      resource: later.resource,
      first: toRaceAccess(earlier, first),
      second: toRaceAccess(later, second),
    };
    const message = `data race on ${record.resources[later.resource]?.name}`;
    record.failure = { kind: "race", message, goroutine: later.goroutine };
  }

  #cellEvent({ step, nth }: RaceAccess): Event | undefined {
    return this.#cellEvents.filter((event) => event.step === step)[nth];
  }

  #toGoroutine(goroutine: Goroutine): GoroutineRecord {
    const created = this.#createdAt.get(goroutine);
    const record: Writable<GoroutineRecord> = {
      id: idOf(goroutine),
      name: nameOf(goroutine),
      status: this.#ended.get(goroutine) ?? "runnable",
      at: [],
    };
    if (goroutine.parent !== null) record.parent = idOf(goroutine.parent);
    Object.assign(record, created?.top && { createdAt: toSite(created.top) });
    if (record.status === "ended") this.#addPending(record, goroutine);
    if (record.status !== "runnable") return record;
    const entry = goroutine.entries.find(({ state }) => state === EntryState.Parked);
    if (entry !== undefined) this.#addWait(record, entry);
    if (goroutine.runnable === 0) this.#addAwaits(record, goroutine, entry !== undefined);
    return record;
  }

  /** What it awaits that is no operation. */
  #addAwaits(record: Writable<GoroutineRecord>, goroutine: Goroutine, isParked: boolean): void {
    const stacks = this.#awaits?.foreign(goroutine) ?? [];
    const sites = stacks.map(({ frames }) => frames.map(toSite));
    const timer = this.#explorer.timerOf(goroutine);
    if (isParked) {
      if (this.#awaits?.evidence(goroutine) !== undefined) record.alsoAt = sites;
      return;
    }
    const [first = [], ...others] = sites;
    record.at = first;
    if (timer !== undefined) {
      record.status = "waiting";
      record.waitReason = timer.kind;
      record.until = this.#explorer.clock.sinceStart(timer.due);
      return;
    }
    record.status = "foreign";
    record.waitReason = "foreign await";
    if (others.length > 0) record.alsoAt = others;
    const last = this.#awaits?.last(goroutine)?.top;
    if (first.length === 0 && last !== undefined) record.after = toSite(last);
  }

  /** Operations that were pending when their goroutine ended. */
  #addPending(record: Writable<GoroutineRecord>, { entries }: Goroutine): void {
    const parked = entries.filter(({ state }) => state === EntryState.Parked);
    if (parked.length === 0) return;
    record.pending = parked.map((entry) => {
      const { kind, resource } = entry.operation.described;
      const pending: Writable<PendingRecord> = { waitReason: kind };
      const index = this.#indexOf(resource);
      if (index !== undefined) pending.resource = index;
      const site = this.#stackOf.get(entry)?.top;
      if (site !== undefined) pending.at = toSite(site);
      const event = this.#eventOf.get(entry);
      if (event !== undefined && this.#raced.has(event)) pending.lostRace = true;
      return pending;
    });
  }

  #addWait(record: Writable<GoroutineRecord>, entry: Entry): void {
    const operation = entry.operation.described;
    record.status = "waiting";
    record.waitReason = operation.kind;
    const index = this.#indexOf(operation.resource);
    if (index !== undefined) record.resource = index;
    record.since = entry.calledIn;
    record.at = (this.#stackOf.get(entry)?.frames ?? []).map(toSite);
    if (operation.kind === "sleep") {
      record.detail = String(operation);
      const waiter = operation === entry.operation ? entry : entry.payload as Waiter;
      record.until = this.#explorer.clock.sinceStart((waiter.payload as Timer).due);
    }
  }

  #toResource(entry: ResourceEntry, id: number): ResourceRecord {
    const { resource, stack } = entry;
    const raw = stack?.top;
    const site = raw && toSite(raw);
    const name = (raw && assignedName(raw)) ??
      (site ? `${entry.type} ${site.file}:${site.line}` : entry.type);
    const record: Writable<ResourceRecord> = {
      id,
      type: entry.type,
      name,
      state: resource instanceof Resource ? resource.state() : "",
      holders: entry.holders.map(({ goroutine, step, stack }) =>
        stack?.top ? { goroutine, step, at: toSite(stack.top) } : { goroutine, step }
      ),
    };
    if (site !== undefined) record.createdAt = site;
    return record;
  }

  #leftoverTimers(): LeftoverTimer[] {
    const { clock } = this.#explorer;
    return clock.pending().map((timer) => {
      const raw = this.#timers.get(timer)?.top;
      const leftover = { kind: timer.kind, due: clock.sinceStart(timer.due) };
      return raw ? { ...leftover, at: toSite(raw) } : leftover;
    });
  }

  // --- events ---

  #addEvent(goroutine: Goroutine | null, verb: string, stack: Stack | undefined): Event {
    const event: Event = {
      step: this.#explorer.steps,
      time: this.#explorer.clock.elapsed,
      goroutine: goroutine === null ? 1 : idOf(goroutine),
      verb,
      waits: false,
      wakes: [],
      stack,
      site: undefined,
    };
    if (!this.#isOff) this.#events.push(event);
    return event;
  }

  #setResult(event: Event, entry: Entry): void {
    const { operation, outcome } = entry;
    if (operation.verb === "receive") {
      event.value = operation.isOk(outcome) ? formatValue(outcome) : "closed";
    } else if (operation.verb === "select") {
      event.value = String((outcome as { key: unknown }).key);
    }
  }

  /** The index of a resource in the record; undefined for what is no resource, such as a sleep. */
  #indexOf(resource: object): number | undefined {
    if (!(resource instanceof Resource)) return undefined;
    if (!this.#resources.has(resource)) {
      this.#resources.set(resource, {
        resource,
        type: resource.type,
        stack: undefined,
        holders: [],
      });
    }
    return [...this.#resources.keys()].indexOf(resource);
  }

  #hold(entry: Entry): void {
    const { operation } = entry;
    if (operation?.access.hold === 1) {
      this.#changeHold(
        operation.resource,
        operation.access,
        idOf(entry.goroutine),
        this.#stackOf.get(entry),
      );
    }
  }

  #changeHold(resource: object, access: Access, goroutine: number, stack: Stack | undefined): void {
    const holders = this.#resources.get(resource)?.holders;
    if (holders === undefined) return;
    if (access.hold === 1) {
      holders.push({ goroutine, step: this.#explorer.steps, stack });
      return;
    }
    // Go lets anybody unlock: take the caller's own hold, or the oldest.
    const own = holders.findIndex((holder) => holder.goroutine === goroutine);
    holders.splice(Math.max(own, 0), 1);
  }
}

function toEvent({ stack, site, ...event }: Event): EventRecord {
  const raw = site ?? stack?.top;
  return raw ? { ...event, at: toSite(raw) } : event;
}

function toRaceAccess(event: Event, { isWrite }: RaceAccess): RaceAccessRecord {
  const { goroutine, step, verb, at } = toEvent(event);
  return at === undefined
    ? { goroutine, step, verb, isWrite }
    : { goroutine, step, verb, isWrite, at };
}

function parseErrorSite(error: unknown): RawSite | undefined {
  if (!(error instanceof Error) || typeof error.stack !== "string") return undefined;
  return parseStack(error.stack).find(({ url }) => url.startsWith("file:"));
}

function firstLine(error: unknown): string {
  return formatError(error).split("\n")[0] as string;
}

/** What came of a try. */
function verdictOf({ verb, isIdle }: Access, detail: unknown): string {
  if (verb !== "tryReceive") return isIdle ? "false" : "true";
  if (isIdle) return "nothing";
  return typeof detail === "symbol" ? "closed" : formatValue(detail);
}
