/**
 * The platform's clock, timers and random numbers inside a schedule.
 *
 * Every function is replaced once, when the harness is loaded, and asks at each call whether it runs inside a schedule.
 * Outside it calls the original. Inside, time is the schedule's, and random numbers are the same in every schedule, so
 * that a token alone replays it.
 *
 * What escapes: `node:timers` and `node:timers/promises`, whose bindings nobody can replace but a module loaded before
 * (`--preload`, see preload.ts), functions taken from globalThis before the harness was loaded, and
 * `Intl.DateTimeFormat().format()` without an argument.
 *
 * @module
 */

import type { Explorer } from "./explorer.ts";
import type { RandomSource } from "./random_source.ts";
import { waitFor, waitForTurn } from "./timer_promises.ts";
import { findTimeout, toDelay, VirtualTimeout } from "./virtual_timers.ts";

type Callback = (...args: unknown[]) => unknown;
type Globals = Record<string, unknown>;

const scope = globalThis as unknown as Globals;

/** Replaces `object[name]` by what `wrap` makes of it, keeping name and length. Does nothing where it is missing. */
function replace<F extends Callback>(object: object, name: string, wrap: (original: F) => F): void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  const descriptor = own ??
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(object) ?? {}, name);
  const original = (object as Globals)[name] as F | undefined;
  if (typeof original !== "function") return;
  const replacement = wrap(original);
  for (const key of ["name", "length"]) {
    const value = original[key as keyof F];
    Object.defineProperty(replacement, key, { value, configurable: true });
  }
  Object.defineProperty(object, name, {
    value: replacement,
    writable: true,
    configurable: own?.configurable ?? true, // Bun has some that are not
    enumerable: descriptor?.enumerable ?? true,
  });
}

/** What `util.promisify` of a timer function is. */
const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");

/** Makes the platform's clock, timers and random numbers follow the schedule of `explorer` inside one. */
export function virtualizeGlobals(explorer: Explorer): void {
  // The first access of some globals runs pending microtasks in the middle of the caller's code: touch them all now.
  for (const name of Object.getOwnPropertyNames(globalThis)) void scope[name];
  replaceTimers(explorer);
  replaceDate(explorer);
  replaceTemporal(explorer);
  replacePerformance(explorer);
  replaceAbortTimeout(explorer);
  replaceRandom(explorer);
}

function replacePerformance(explorer: Explorer): void {
  replace(
    performance,
    "now",
    (original) => () => explorer.isInside ? explorer.clock.elapsed : original.call(performance),
  );
  const { timeOrigin } = performance;
  Object.defineProperty(performance, "timeOrigin", {
    get: () => explorer.isInside ? explorer.clock.now - explorer.clock.elapsed : timeOrigin,
    configurable: true,
    enumerable: true,
  });
}

/** Code of a schedule that has ended gets virtual timers, too: they never fire, and leave nothing behind. */
function replaceTimers(explorer: Explorer): void {
  const isReal = (callback: unknown): boolean =>
    explorer.isOutside || typeof callback !== "function";
  for (const name of ["setTimeout", "setInterval"]) {
    replace(
      globalThis,
      name,
      (original) => (callback, delay, ...args) =>
        isReal(callback)
          ? original.call(globalThis, callback, delay, ...args)
          : new VirtualTimeout(explorer, name, callback as Callback, args, toDelay(delay)),
    );
  }
  replace(
    globalThis,
    "setImmediate",
    (original) => (callback, ...args) =>
      isReal(callback)
        ? original.call(globalThis, callback, ...args)
        : new VirtualTimeout(explorer, "setImmediate", callback as Callback, args, 0),
  );
  Object.defineProperty(scope.setTimeout, PROMISIFIED, { value: waitFor, configurable: true });
  Object.defineProperty(scope.setImmediate, PROMISIFIED, {
    value: waitForTurn,
    configurable: true,
  });
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) {
    replace(globalThis, name, (original) => (timeout) => {
      const virtual = findTimeout(timeout);
      return virtual === undefined ? original.call(globalThis, timeout) : void virtual.close();
    });
  }
  const { Deno: deno } = scope;
  if (typeof deno !== "object" || deno === null) return;
  replace(
    deno,
    "refTimer",
    (original) => (timeout) => findTimeout(timeout)?.ref() ? undefined : original(timeout),
  );
  replace(
    deno,
    "unrefTimer",
    (original) => (timeout) => findTimeout(timeout)?.unref() ? undefined : original(timeout),
  );
}

/** A function rather than a Proxy, which would make every `Date.now` and `new Date` a quarter slower, also outside. */
function replaceDate(explorer: Explorer): void {
  const RealDate = Date;
  replace(
    RealDate,
    "now",
    (original) => () =>
      explorer.isInside ? Math.floor(explorer.clock.now) : original.call(RealDate),
  );
  const now = (): number => Math.floor(explorer.clock.now);
  function VirtualDate(): unknown {
    if (new.target === undefined) {
      return explorer.isInside ? new RealDate(now()).toString() : RealDate();
    }
    if (new.target === VirtualDate) {
      if (arguments.length === 0) return explorer.isInside ? new RealDate(now()) : new RealDate();
      if (arguments.length === 1) return new RealDate(arguments[0]);
      return Reflect.construct(RealDate, arguments);
    }
    const given = arguments.length === 0 && explorer.isInside ? [now()] : arguments;
    return Reflect.construct(RealDate, given, new.target);
  }
  // Name, length, prototype, now, parse and UTC: what was made with either is an instance of both.
  Object.defineProperties(VirtualDate, Object.getOwnPropertyDescriptors(RealDate));
  for (
    const [object, name] of [[RealDate.prototype, "constructor"], [globalThis, "Date"]] as const
  ) {
    Object.defineProperty(object, name, {
      value: VirtualDate,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}

interface TemporalLike {
  readonly Instant: { fromEpochMilliseconds(ms: number): InstantLike };
  readonly Now: object & { timeZoneId(): string };
}
interface InstantLike {
  toZonedDateTimeISO(timeZone: string): Record<string, () => unknown>;
}

function replaceTemporal(explorer: Explorer): void {
  const temporal = scope.Temporal as TemporalLike | undefined;
  if (temporal === undefined) return;
  const instant = (): InstantLike =>
    temporal.Instant.fromEpochMilliseconds(Math.floor(explorer.clock.now));
  const zoned = (timeZone: unknown) =>
    instant().toZonedDateTimeISO(String(timeZone ?? temporal.Now.timeZoneId()));
  const virtual: Record<string, (timeZone: unknown) => unknown> = {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (timeZone) => zoned(timeZone).toPlainDateTime?.(),
    plainDateISO: (timeZone) => zoned(timeZone).toPlainDate?.(),
    plainTimeISO: (timeZone) => zoned(timeZone).toPlainTime?.(),
  };
  for (const [name, now] of Object.entries(virtual)) {
    replace(
      temporal.Now,
      name,
      (original) => (timeZone) =>
        explorer.isInside ? now(timeZone) : original.call(temporal.Now, timeZone),
    );
  }
}

function replaceAbortTimeout(explorer: Explorer): void {
  replace(
    AbortSignal,
    "timeout",
    (original) => (delay) =>
      explorer.isInside ? abortAfter(explorer, delay) : original.call(AbortSignal, delay),
  );
}

function abortAfter(explorer: Explorer, delay: unknown): AbortSignal {
  if (!(Number(delay) >= 0)) throw new TypeError(`Cannot make a timeout of ${String(delay)} ms`);
  const controller = new AbortController();
  const abort = (): void =>
    controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  new VirtualTimeout(explorer, "AbortSignal.timeout", abort, [], Number(delay)).unref();
  return controller.signal;
}

/** What is done inside stands in functions of its own: so the replacements are small enough to be inlined. */
function replaceRandom(explorer: Explorer): void {
  replace(
    Math,
    "random",
    (original) => () => explorer.isInside ? explorer.random.fraction() : original.call(Math),
  );
  const prototype = Object.getPrototypeOf(crypto) as object; // nobody gets at the originals there either
  replace(prototype, "getRandomValues", (original) =>
    function (this: unknown, array) {
      const values = original.call(this, array); // refuses what is no array of integers, or too long
      return explorer.isInside ? refill(explorer.random, values as ArrayBufferView) : values;
    });
  replace(prototype, "randomUUID", (original) =>
    function (this: unknown) {
      return explorer.isInside ? makeUUID(explorer.random) : original.call(this);
    });
}

function makeUUID(random: RandomSource): string {
  const bytes = fill(random, new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Replaces the contents of `view`, and returns it. */
function refill(random: RandomSource, view: ArrayBufferView): ArrayBufferView {
  fill(random, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return view;
}

function fill(random: RandomSource, bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
  return bytes;
}
