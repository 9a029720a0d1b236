/**
 * State that the explorer can see.
 *
 * Plain variables are invisible to it: it tries every order in full, and cannot tell which orders differ. A Shared cell
 * reports its reads and writes, so that a search may leave out orders that do not, and data races are found.
 *
 * @module
 */

import { type Access, after, moment, Resource, touch } from "../runtime/observer.ts";

const READ = 1, WRITE = 2;

/** The dependency relation of a cell. */
export const ACCESS = {
  read: { verb: "get", bit: READ, mask: WRITE, isIdle: true },
  write: { verb: "set", bit: WRITE, mask: READ | WRITE },
  failedCompare: {
    verb: "compareAndSet",
    bit: READ,
    mask: WRITE,
    varies: true,
    wakesNobody: true,
    isIdle: true,
  },
  compareAndSet: {
    verb: "compareAndSet",
    bit: WRITE,
    mask: READ | WRITE,
    varies: true,
    wakesNobody: true,
  },
  update: { verb: "update", bit: WRITE, mask: READ | WRITE },
} as const satisfies Record<string, Access>;

/** The same for atomic cells, whose accesses are no data race. */
const ATOMIC = {
  read: { ...ACCESS.read },
  write: { ...ACCESS.write },
  failedCompare: { ...ACCESS.failedCompare },
  compareAndSet: { ...ACCESS.compareAndSet },
  update: { ...ACCESS.update },
} as const satisfies Record<keyof typeof ACCESS, Access>;

const WRITES: ReadonlyMap<Access, boolean> = new Map<Access, boolean>([
  [ACCESS.read, false],
  [ACCESS.failedCompare, false],
  [ACCESS.write, true],
  [ACCESS.compareAndSet, true],
  [ACCESS.update, true],
]);

/** Whether an access to a cell that is not atomic writes; undefined for any other access. */
export function writesPlainly(access: Access): boolean | undefined {
  return WRITES.get(access);
}

let wasTouched = false;

/** Whether a cell that is not atomic was touched since the last call. */
export function takeTouched(): boolean {
  const was = wasTouched;
  wasTouched = false;
  return was;
}

/**
 * SharedOptions say what kind of cell it is.
 *
 * @example
 * ```ts
 * import { Shared, type SharedOptions } from "@interleave/go/testing";
 *
 * const options: SharedOptions = { atomic: true };
 * new Shared(0, options);
 * ```
 */
export interface SharedOptions {
  /**
   * Whether the cell is meant to be read and written by several goroutines without a lock, as Go's sync/atomic: then
   * accesses are no data race, and order what comes before and after them.
   */
  readonly atomic?: boolean;
}

/**
 * Shared is a variable whose reads and writes the explorer sees. Accesses are synchronous and let nobody else run: which
 * orders exist does not change, only which are told apart.
 *
 * @typeParam T The value.
 *
 * @example
 * ```ts
 * import { WaitGroup, yieldNow } from "@interleave/go";
 * import { explore, ScheduleError, Shared } from "@interleave/go/testing";
 *
 * const lostUpdate = async () => {
 *   const balance = new Shared(0);
 *   const wg = new WaitGroup();
 *   for (const amount of [1, 2]) {
 *     wg.go(async () => {
 *       const before = balance.get();
 *       await yieldNow();
 *       balance.set(before + amount);
 *     });
 *   }
 *   await wg.wait();
 *   if (balance.get() !== 3) throw new Error("lost update");
 * };
 * const error = await explore(lostUpdate).catch((error) => error);
 * if (!(error instanceof ScheduleError)) throw new Error("not found");
 * ```
 */
export class Shared<T> extends Resource {
  /** "Shared". */
  readonly type = "Shared";
  /** Whether accesses are no data race. */
  readonly isAtomic: boolean;
  #value: T;
  // The moment of the last write, which those who see it come after.
  #writtenAt = 0;

  /** Makes a cell that holds `value`. */
  constructor(value: T, { atomic = false }: SharedOptions = {}) {
    super();
    this.#value = value;
    this.isAtomic = atomic;
  }

  /** Reads the value. */
  get(): T {
    this.#touch("read", this.#value);
    return this.#value;
  }

  /** Writes `value`. */
  set(value: T): void {
    this.#touch("write", value);
    this.#value = value;
  }

  /**
   * Replaces the value by what `change` makes of it, as one access, and returns the new value.
   *
   * @example
   * ```ts
   * import { Shared } from "@interleave/go/testing";
   *
   * if (new Shared(1).update((n) => n + 1) !== 2) throw new Error("not updated");
   * ```
   */
  update(change: (value: T) => T): T {
    this.#touch("update");
    this.#value = change(this.#value);
    return this.#value;
  }

  /**
   * Writes `value` if the cell holds `expected`, and returns whether it did.
   *
   * @example
   * ```ts
   * import { Shared } from "@interleave/go/testing";
   *
   * const owner = new Shared("nobody", { atomic: true });
   * if (!owner.compareAndSet("nobody", "me")) throw new Error("it was free");
   * if (owner.compareAndSet("nobody", "you")) throw new Error("it was taken");
   * ```
   */
  compareAndSet(expected: T, value: T): boolean {
    const isEqual = Object.is(this.#value, expected);
    this.#touch(isEqual ? "compareAndSet" : "failedCompare", value);
    if (isEqual) this.#value = value;
    return isEqual;
  }

  /** The value, in words. */
  state(): string {
    return typeof this.#value === "object" && this.#value !== null
      ? "an object"
      : String(this.#value);
  }

  /** Returns a function that restores the present value. */
  snapshot(): () => void {
    const value = this.#value;
    return () => {
      this.#value = value;
      this.#writtenAt = 0;
    };
  }

  #touch(way: keyof typeof ACCESS, value?: T): void {
    if (!this.isAtomic) {
      wasTouched = true;
      return touch(this, ACCESS[way], value);
    }
    const access = ATOMIC[way];
    touch(this, access, value);
    // As in Go's memory model: whoever sees a write comes after it. Reading lets nobody see anything.
    if (way !== "write") after(this.#writtenAt);
    if (access.bit === WRITE) this.#writtenAt = moment();
  }
}

/**
 * shared returns a view of `object` whose properties are Shared cells: the explorer sees every read and write of them,
 * and which keys there are. Methods run on the view, so what they do to properties is seen too. A Map, a Set or an object
 * with private fields goes into one {@linkcode Shared} as a whole instead.
 *
 * @typeParam T The object.
 * @throws {TypeError} If `object` is no object, or is one whose state is not in its properties.
 *
 * @example
 * ```ts
 * import { shared } from "@interleave/go/testing";
 *
 * const account = shared({ balance: 1 });
 * account.balance += 2;
 * if (account.balance !== 3) throw new Error("wrong balance");
 * ```
 */
export function shared<T extends object>(object: T): T {
  if (typeof object !== "object" || object === null) {
    throw new TypeError(
      `Cannot share ${String(object)}: expected an object; use new Shared(value) for a value`,
    );
  }
  const { name } = Object.getPrototypeOf(object)?.constructor ?? {};
  if (
    object instanceof Map || object instanceof Set || object instanceof Date ||
    object instanceof Promise
  ) {
    throw new TypeError(
      `Cannot share a ${name} by its properties: it has none; use new Shared(value)`,
    );
  }
  return new Proxy(object, new SharedHandler(object));
}

/** A cell per property, in order of creation, and one for which keys there are. */
class SharedHandler<T extends object> implements ProxyHandler<T> {
  readonly #keys = new Shared<undefined>(undefined);
  readonly #cells = new Map<PropertyKey, Shared<undefined>>();

  constructor(object: T) {
    for (const key of Reflect.ownKeys(object)) {
      this.#cells.set(key, new Shared<undefined>(undefined));
    }
  }

  get(target: T, key: PropertyKey, receiver: unknown): unknown {
    if (Object.hasOwn(target, key)) this.#cell(key).get();
    return Reflect.get(target, key, receiver);
  }

  set(target: T, key: PropertyKey, value: unknown): boolean {
    if (!Object.hasOwn(target, key)) this.#keys.set(undefined);
    this.#cell(key).set(undefined);
    return Reflect.set(target, key, value);
  }

  has(target: T, key: PropertyKey): boolean {
    this.#keys.get();
    return Reflect.has(target, key);
  }

  deleteProperty(target: T, key: PropertyKey): boolean {
    this.#keys.set(undefined);
    this.#cell(key).set(undefined);
    return Reflect.deleteProperty(target, key);
  }

  ownKeys(target: T): (string | symbol)[] {
    this.#keys.get();
    return Reflect.ownKeys(target);
  }

  #cell(key: PropertyKey): Shared<undefined> {
    let cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, cell = new Shared<undefined>(undefined));
    return cell;
  }
}
