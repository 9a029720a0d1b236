/**
 * Where goroutines await: for reports of what waits for something outside the scheduler, and for not calling stuck who does.
 *
 * The `await` of a native promise reads `constructor` of the promise, synchronously and in the goroutine's context. So
 * an accessor there sees every one of them, with its stack; `then`, `all`, `race` and their kin read it, too. It is on
 * only while a schedule that fails is run once more, or where the outside was found to have a part in it.
 *
 * @module
 */

import type { Explorer } from "./explorer.ts";
import type { Goroutine } from "./goroutine.ts";
import { isPending } from "./platform.ts";
import { parseStack, type RawSite, Stack } from "./sites.ts";

/** How long the outside is waited for before anybody is called stuck, if there is no sign that something may come. */
export const PATIENCE_MS = 100;

/** A promise that somebody waits for, and where. */
interface Note {
  readonly promise: object;
  readonly stack: Stack;
}

/** When a goroutine has more notes, those of promises that have settled are dropped, but for the last. */
const MANY_NOTES = 64;
/** The stacks of so many that are dropped are read before, for who calls whom. */
const MOST_READ = 2_000;

/** AwaitWatch knows what the goroutines of one schedule await. */
export class AwaitWatch {
  readonly #notes = new Map<Goroutine, Note[]>();
  readonly #limits = new Map<Goroutine, number>();
  readonly #operations = new WeakSet<object>();
  /** Promises that somebody has awaited, or given to `then`, `all` and the like. */
  readonly #handled = new WeakSet<object>();
  /** Which functions call which. */
  readonly #callers = new Map<string, Set<string>>();
  /** The functions that goroutines begin with. */
  readonly #roots = new Set<string>();
  #read = 0;
  #isLooking = false;

  /** Runs `body` and notes what goroutines await meanwhile, from step `from` on. */
  async during<R>(explorer: Explorer, body: () => Promise<R>, from = 0): Promise<R> {
    const note = (promise: object): void => {
      if (this.#isLooking) return;
      this.#handled.add(promise);
      if (explorer.steps < from) return;
      this.#isLooking = true;
      const goroutine = explorer.isRunning ? explorer.running : null;
      if (goroutine !== null) this.#note(goroutine, promise);
      this.#isLooking = false;
    };
    // Somebody else may have an accessor there, too.
    const outer = {};
    const { prototype } = Promise;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, "constructor");
    Object.defineProperty(outer, "constructor", descriptor as PropertyDescriptor);
    Object.defineProperty(prototype, "constructor", {
      configurable: true,
      get() {
        note(this);
        return Reflect.get(outer, "constructor", this);
      },
      set(value: unknown) {
        Object.defineProperty(this, "constructor", {
          value,
          configurable: true,
          writable: true,
          enumerable: true,
        });
      },
    });
    try {
      return await body();
    } finally {
      Object.defineProperty(prototype, "constructor", descriptor as PropertyDescriptor);
    }
  }

  /** Forgets everything: another schedule begins. */
  forget(): void {
    this.#notes.clear();
    this.#limits.clear();
    this.#callers.clear();
    this.#roots.clear();
    this.#read = 0;
  }

  /** Takes note that `promise` is that of an operation. */
  promised(promise: object): void {
    this.#operations.add(promise);
  }

  /** Whether anybody has awaited a promise, or done anything else with it. */
  isHandled(promise: object): boolean {
    return this.#handled.has(promise);
  }

  /**
   * Where `goroutine` waits for what is no operation, in the order in which it began to: the innermost await of each of
   * its flows, as far as stacks tell who waits for whom.
   */
  foreign(goroutine: Goroutine): readonly Stack[] {
    const pending = this.#pending(goroutine);
    const others = pending.filter((note) => this.#isForeign(note));
    const awaits = others.filter(isDirect);
    const candidates = [
      this.#innermost(awaits, pending, false),
      awaits.filter((note) => !awaits.some((other) => isCalledAt(note, other))),
      awaits,
      others,
    ].find(({ length }) => length > 0) ?? [];
    const sites = new Map(candidates.map(({ stack }) => [placeOf(stack.top), stack]));
    return [...sites.values()];
  }

  /**
   * Whether `goroutine` waits for the outside beyond doubt in an "await", or perhaps, since it has called "then", "race"
   * or the like; undefined if everything it waits for may come from its own functions and operations.
   */
  evidence(goroutine: Goroutine): "await" | "then" | undefined {
    const pending = this.#pending(goroutine);
    const others = pending.filter((note) => this.#isForeign(note));
    const innermost = this.#innermost(others, pending, true);
    if (innermost.some(isDirect)) return "await";
    return innermost.length > 0 ? "then" : undefined;
  }

  /** The last await of a goroutine, whatever has become of it. */
  last(goroutine: Goroutine): Stack | undefined {
    return this.#notes.get(goroutine)?.findLast(({ stack }) => stack.top !== undefined)?.stack;
  }

  #note(goroutine: Goroutine, promise: object): void {
    let notes = this.#notes.get(goroutine);
    const stack = new Stack();
    if (notes === undefined) {
      const root = stack.frames.at(-1);
      if (root === undefined) return; // the harness itself, before the goroutine's own code has begun
      this.#roots.add(functionOf(root));
      this.#notes.set(goroutine, notes = []);
    }
    notes.push({ promise, stack });
    if (notes.length <= (this.#limits.get(goroutine) ?? MANY_NOTES)) return;
    const last = notes.at(-1) as Note;
    const kept = notes.filter((note) => {
      if (note === last || isPending(note.promise)) return true;
      if (this.#read++ < MOST_READ) this.#learn(note.stack);
      return false;
    });
    this.#notes.set(goroutine, kept);
    this.#limits.set(goroutine, 2 * kept.length + MANY_NOTES);
  }

  #pending(goroutine: Goroutine): Note[] {
    this.#isLooking = true;
    const notes = this.#notes.get(goroutine) ?? [];
    for (const { stack } of notes) this.#learn(stack);
    const pending = notes.filter(({ promise, stack }) =>
      stack.top !== undefined && isPending(promise)
    );
    this.#isLooking = false;
    return pending;
  }

  #isForeign({ promise }: Note): boolean {
    return !this.#operations.has(promise);
  }

  #learn({ frames }: Stack): void {
    for (let i = 1; i < frames.length; i++) {
      const name = functionOf(frames[i - 1]);
      let callers = this.#callers.get(name);
      if (callers === undefined) this.#callers.set(name, callers = new Set());
      callers.add(functionOf(frames[i]));
    }
  }

  /**
   * Those of `notes` behind which no other that is pending can stand. A function that waits in a function it has called is
   * behind that one's await, and who awaits what `then`, `all` or `race` has made is behind what was given to these. Stacks
   * name functions and not their calls, and all that have no name are taken for one: so rather too few than too many. To be
   * certain, somebody of whom nobody knows who has called him is taken to be behind everybody.
   */
  #innermost(notes: readonly Note[], pending: readonly Note[], isCertain: boolean): Note[] {
    const mayBeBehind = (note: Note, other: Note): boolean => {
      const [name, otherName] = [functionOf(note.stack.top), functionOf(other.stack.top)];
      if (name === otherName) {
        return !isDirect(other) && (isDirect(note) || !this.#isForeign(other)) ||
          this.#isCalledBy(otherName, name);
      }
      const isOrphan = !this.#callers.has(otherName) && !this.#roots.has(otherName);
      return (isCertain && isOrphan) || this.#isCalledBy(otherName, name);
    };
    return notes.filter((note) =>
      !pending.some((other) => other !== note && mayBeBehind(note, other))
    );
  }

  /** Whether function `name` calls `callee`, directly or through others. */
  #isCalledBy(callee: string, name: string): boolean {
    const seen = new Set<string>();
    const next = [callee];
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      for (const caller of this.#callers.get(at) ?? []) {
        if (caller === name) return true;
        if (!seen.has(caller)) next.push(caller);
        seen.add(caller);
      }
    }
    return false;
  }
}

/** Whether it is an await in the user's code, and not what a function of the engine, the platform or this package does. */
function isDirect({ stack }: Note): boolean {
  const called = stack.text.split("\n").find((line) =>
    /^\s*at /.test(line) && !/\bawait_watch\.[jt]s/.test(line)
  );
  const [first] = parseStack(called ?? "");
  return first !== undefined && placeOf(first) === placeOf(stack.top);
}

/** Whether `other` was called, directly or through others, at the line of `note`. */
function isCalledAt({ stack: { top } }: Note, { stack: { frames } }: Note): boolean {
  return frames.slice(1).some(({ url, line }) => url === top?.url && line === top.line);
}

function functionOf(site: RawSite | undefined): string {
  return `${site?.url} ${site?.functionName}`;
}

function placeOf(site: RawSite | undefined): string {
  return `${site?.url}:${site?.line}:${site?.column}`;
}
