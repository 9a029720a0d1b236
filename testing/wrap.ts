/**
 * Turning calls of what is remote into schedule points.
 *
 * @module
 */

import { type Access, Resource, touch } from "../runtime/observer.ts";
import { Operation } from "../runtime/operation.ts";
import { explorer } from "./explorer.ts";
import { formatValue } from "./format_value.ts";

const READ = 1, WRITE = 2;
/** How what is remote is touched. */
export const ACCESS = {
  read: { verb: "call", bit: READ, mask: WRITE, isSilent: true },
  write: { verb: "call", bit: WRITE, mask: READ | WRITE, isSilent: true },
  /** Being on the way touches nothing. */
  way: { verb: "way", bit: 0, mask: 0 },
  /** Standing in line of an ordered object does not, either: that is decided by the call. */
  line: { verb: "call", bit: 0, mask: 0, isSilent: true },
} as const satisfies Record<string, Access>;

/**
 * WrapOptions say where the schedule points of a wrapped call are, and which calls have them.
 *
 * @example
 * ```ts
 * import { wrap, type WrapOptions } from "@interleave/go/testing";
 *
 * const options: WrapOptions = { points: "before", except: ["name"] };
 * wrap({ name: () => "db", load: async () => 1 }, options);
 * ```
 */
export interface WrapOptions {
  /**
   * "both", the default: a point before the effect, since the request is on its way, and one at delivery, since the answer
   * is. "before" or "after" leave one out.
   */
  readonly points?: "both" | "before" | "after";
  /** Methods that pass through, such as those that return no promise. */
  readonly except?: readonly string[];
  /** The only methods with schedule points. */
  readonly only?: readonly string[];
  /** Whether calls take effect, and are answered, in the order in which they were made, as over one connection. */
  readonly ordered?: boolean;
  /** Methods that only read, for searches that know what commutes. */
  readonly reads?: readonly string[];
  /** What else is an access to the same store: two objects over one store are given the same group. */
  readonly group?: object;
}

type Method = (...args: unknown[]) => unknown;

/** A call's place in the line of an ordered object. */
class Place {
  /** Settles when the call has taken effect. */
  readonly done: Promise<void>;
  /** Settles when it was answered. */
  readonly answered: Promise<void>;
  do: () => void = ignore;
  answer: () => void = ignore;

  constructor() {
    this.done = new Promise((resolve) => {
      this.do = resolve;
    });
    this.answered = new Promise((resolve) => {
      this.answer = resolve;
    });
  }
}

function ignore(): void {}

/** In front of the first call. */
const FRONT = new Place();
FRONT.do();
FRONT.answer();

/** What a wrapped object is to the explorer: one resource per object, or per group. */
class Remote extends Resource {
  readonly type = "Remote";
  /** The last call so far; for `ordered`. */
  last: Place = FRONT;

  state(): string {
    return "remote";
  }

  snapshot(): () => void {
    return () => {
      this.last = FRONT;
    };
  }
}

/** A call on its way, or its answer. */
class OnTheWay extends Operation<void> {
  readonly kind = "IO wait";
  readonly verb: string;
  readonly access: Access = ACCESS.way;
  readonly resource = this;
  /** What a trace shows where it arrives. */
  readonly arrival: string | undefined;

  constructor(verb: string, arrival?: string) {
    super();
    this.verb = verb;
    this.arrival = arrival;
  }

  isReady(): boolean {
    return true;
  }

  commit(): void {}

  enqueue(): void {
    throw new Error("Cannot wait for a call on its way: it is always ready");
  }
}

const remotes = new WeakMap<object, Remote>();

/**
 * wrap returns a view of `target`, an object or a function, whose calls are schedule points under exploration: other
 * calls may overtake the request on its way, and the answer on its way back. Code that uses it needs no change and no
 * goroutine. Outside an exploration calls pass straight through.
 *
 * Wrap what is remote or shared beyond the process: a database, an HTTP client, a queue, or a fake of one. A local object
 * changes at the call, and delaying that would show orders that production cannot have. Methods run with the object itself
 * as `this`, so private fields work, and calls between its own methods are no points. Every wrapped method becomes
 * asynchronous: name those that return no promise in `except`.
 *
 * @typeParam T The object or function.
 * @throws {TypeError} If `target` is neither, an option is unknown, or a wrapped method returns no promise.
 *
 * @example
 * ```ts
 * import { explore, ScheduleError, wrap } from "@interleave/go/testing";
 *
 * const lostUpdate = async () => {
 *   let stored = 0;
 *   const db = wrap({
 *     read: () => Promise.resolve(stored),
 *     write: (value: number) => Promise.resolve(void (stored = value)),
 *   });
 *   const deposit = async (amount: number) => db.write(await db.read() + amount);
 *   await Promise.all([deposit(1), deposit(2)]);
 *   if (stored !== 3) throw new Error("lost update");
 * };
 * const error = await explore(lostUpdate).catch((error) => error);
 * if (!(error instanceof ScheduleError)) throw new Error("not found");
 * ```
 */
export function wrap<T extends object>(target: T, options: WrapOptions = {}): T {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) {
    throw new TypeError(`Cannot wrap ${String(target)}: expected an object or a function`);
  }
  checkOptions(options);
  const remote = remoteOf(options.group ?? target);
  if (typeof target === "function") {
    const method = target as unknown as Method;
    return new Proxy(target, {
      apply: (_, self, args) => call(remote, method, self, args, method.name, options),
    });
  }
  const isPoint = (name: string): boolean =>
    options.only === undefined ? !options.except?.includes(name) : options.only.includes(name);
  const wrapped = new Map<PropertyKey, Method>();
  return new Proxy(thawed(target), {
    get(_, key) {
      const value = Reflect.get(target, key, target) as unknown;
      if (typeof value !== "function" || key === "constructor") return value;
      let method = wrapped.get(key);
      if (method === undefined) {
        method = typeof key === "string" && isPoint(key)
          ? (...args) =>
            call(remote, Reflect.get(target, key, target) as Method, target, args, key, options)
          : (...args) => (Reflect.get(target, key, target) as Method).apply(target, args);
        wrapped.set(key, method);
      }
      return method;
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
}

/** A proxy may not answer for a frozen property with anything but its value: takes a copy that is not frozen. */
function thawed<T extends object>(target: T): T {
  if (!Object.isFrozen(target)) return target;
  const properties = Object.getOwnPropertyDescriptors(target);
  for (const property of Object.values<PropertyDescriptor>(properties)) {
    property.configurable = true;
  }
  return Object.create(Object.getPrototypeOf(target), properties) as T;
}

function call(
  remote: Remote,
  method: Method,
  self: unknown,
  args: unknown[],
  name: string,
  options: WrapOptions,
): unknown {
  if (!explorer.isInside) return method.apply(self, args);
  return callInside(remote, method, self, args, name, options);
}

async function callInside(
  remote: Remote,
  method: Method,
  self: unknown,
  args: unknown[],
  name: string,
  { points = "both", ordered = false, reads }: WrapOptions,
): Promise<unknown> {
  const label = `${name || "call"}(${args.map(formatValue).join(", ")})`;
  const effect = (): unknown => {
    touch(remote, reads?.includes(name) ? ACCESS.read : ACCESS.write);
    const result = method.apply(self, args);
    if (!isThenable(result)) {
      throw new TypeError(
        `Cannot wrap ${name}: it returned no promise; name it in except: ["${name}"]`,
      );
    }
    return result;
  };
  const before = ordered ? remote.last : FRONT;
  const place = ordered ? stand(remote) : FRONT;
  const arrival = points === "before" ? label : undefined;
  if (points !== "after") await explorer.perform(new OnTheWay(`${label} ▷`, arrival));
  if (ordered) await before.done;
  let result: unknown;
  let hasFailed = false;
  try {
    result = await effect();
  } catch (error) {
    result = error;
    hasFailed = true;
  }
  place.do();
  if (points !== "before") await explorer.perform(new OnTheWay(label, `◁ ${label}`));
  if (ordered) await before.answered;
  place.answer();
  if (hasFailed) throw result;
  return result;
}

/** Takes the last place in the line of an ordered object. */
function stand(remote: Remote): Place {
  touch(remote, ACCESS.line);
  return remote.last = new Place();
}

function remoteOf(key: object): Remote {
  let remote = remotes.get(key);
  if (remote === undefined) remotes.set(key, remote = new Remote());
  return remote;
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

const KNOWN = ["points", "except", "only", "ordered", "reads", "group"];

function checkOptions(options: WrapOptions): void {
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) {
      throw new TypeError(
        `Cannot wrap: unknown option "${key}"; the options are ${KNOWN.join(", ")}`,
      );
    }
  }
  const { points } = options;
  if (points !== undefined && !["both", "before", "after"].includes(points)) {
    throw new TypeError(
      `Cannot wrap: option "points" is ${
        JSON.stringify(points)
      }, expected "both", "before" or "after"`,
    );
  }
}
