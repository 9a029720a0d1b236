/**
 * Whether a concurrent object behaves as if its operations happened one at a time.
 *
 * A history is what goroutines called and were given, with when each call began and ended. It is linearizable if every
 * call can be put at one moment between its beginning and its end such that a model, which knows no concurrency, gives
 * the same answers in that order. A call that has not ended may have happened or not.
 *
 * The search goes back and forth over the calls that may be next: Wing, Gong, "Testing and Verifying Concurrent Objects",
 * JPDC 1993. It does not look twice at what is left to be done in a state it has seen: Lowe, "Testing for Linearizability",
 * 2017. Parts that have nothing to do with each other, such as the keys of a map, are looked at one by one
 * (P-compositionality: Horn, Kroening, FORTE 2015). All the same it may take exponential time, so it has a limit, and says
 * when that ended it: it never takes "not known" for "yes".
 *
 * @module
 */

import { groupBy } from "./group_by.ts";
import { formatValue } from "./format_value.ts";

/**
 * Model is the object without concurrency: it says what each operation gives and does.
 *
 * @typeParam State The state of the object; never changed, always replaced.
 * @typeParam Op What is asked of it.
 * @typeParam Result What it gives.
 *
 * @example
 * ```ts
 * import type { Model } from "@interleave/go/testing";
 *
 * const counter: Model<number, "add", number> = {
 *   initial: 0,
 *   step: (count) => ({ state: count + 1, result: count + 1 }),
 * };
 * if (counter.step(1, "add").result !== 2) throw new Error("cannot count");
 * ```
 */
export interface Model<State, Op, Result> {
  /** The state at the beginning. */
  readonly initial: State;
  /** What `op` gives in `state`, and the state behind it. Changes nothing. */
  step(state: State, op: Op): { readonly state: State; readonly result: Result };
  /** Which part of the object `op` is about, such as a key, if parts have nothing to do with each other. */
  partition?(op: Op): string | number;
  /** A text that is the same exactly for equal states; JSON by default, which knows maps and sets here. */
  key?(state: State): string;
  /** Whether two results are the same; by default if `Object.is` says so, or the texts of `key`. */
  equal?(expected: Result, actual: Result): boolean;
}

/**
 * Call is one operation of a history.
 *
 * @example
 * ```ts
 * import type { Call } from "@interleave/go/testing";
 *
 * const call: Call<string, number> = { goroutine: "a", op: "get", result: 1, began: 0, ended: 1 };
 * if (call.began > (call.ended ?? Infinity)) throw new Error("it ended before it began");
 * ```
 */
export interface Call<Op, Result> {
  /** Who called. */
  readonly goroutine: string;
  /** What was called. */
  readonly op: Op;
  /** What was given; undefined while the call has not ended. */
  readonly result?: Result | undefined;
  /** When it began, in a count of beginnings and ends. */
  readonly began: number;
  /** When it ended; undefined if it has not, or has failed: then it may have happened or not. */
  readonly ended?: number | undefined;
}

/**
 * History records the calls of a schedule. Make a new one in each.
 *
 * @typeParam Op What is asked of the object.
 * @typeParam Result What it gives.
 *
 * @example
 * ```ts
 * import { go, WaitGroup, yieldNow } from "@interleave/go";
 * import { explore, History, linearizable } from "@interleave/go/testing";
 *
 * const register = {
 *   initial: 0,
 *   step: (state: number, op: number | "read") =>
 *     op === "read" ? { state, result: state } : { state: op, result: op },
 * };
 * await explore(async () => {
 *   let stored = 0;
 *   const history = new History<number | "read", number>();
 *   const wg = new WaitGroup();
 *   wg.go(() => history.call("writer", 1, async () => {
 *     await yieldNow();
 *     return stored = 1;
 *   }));
 *   wg.go(() => history.call("reader", "read", () => stored));
 *   await wg.wait();
 *   const verdict = linearizable(history, register);
 *   if (!verdict.ok) throw new Error(verdict.reason);
 * });
 * ```
 */
export class History<Op, Result> {
  readonly #calls: Call<Op, Result>[] = [];
  #time = 0;

  /** The calls so far, in the order in which they began. */
  get calls(): readonly Call<Op, Result>[] {
    return this.#calls;
  }

  /**
   * Calls `body`, which asks the object for `op`, in the name of `goroutine`, and records what it gives. What `body` throws
   * is passed on; then the call may have happened or not.
   */
  async call(
    goroutine: string,
    op: Op,
    body: () => Result | PromiseLike<Result>,
  ): Promise<Result> {
    const at = this.#calls.length;
    const call = { goroutine, op, began: this.#time++ };
    this.#calls.push(call);
    const result = await body();
    this.#calls[at] = { ...call, result, ended: this.#time++ };
    return result;
  }
}

/**
 * LinearizableOptions bound the search.
 *
 * @example
 * ```ts
 * import { History, linearizable, type LinearizableOptions } from "@interleave/go/testing";
 *
 * const options: LinearizableOptions = { maxStates: 1_000 };
 * const counter = { initial: 0, step: (n: number) => ({ state: n + 1, result: n + 1 }) };
 * if (!linearizable(new History<"add", number>(), counter, options).ok) throw new Error("empty");
 * ```
 */
export interface LinearizableOptions {
  /** How many states to look at, in all parts together: 1,000,000 by default. */
  readonly maxStates?: number;
}

/**
 * LinearizableVerdict says whether a history is linearizable: `ok`, or why not. `isLimit` tells that the search was not
 * finished, so that it is not known.
 *
 * @example
 * ```ts
 * import type { LinearizableVerdict } from "@interleave/go/testing";
 *
 * const explain = (verdict: LinearizableVerdict) => verdict.ok ? "fine" : verdict.reason;
 * if (explain({ ok: true, states: 3 }) !== "fine") throw new Error("it was linearizable");
 * ```
 */
export type LinearizableVerdict =
  | { readonly ok: true; readonly states: number }
  | {
    readonly ok: false;
    readonly states: number;
    /** Whether the limit ended the search. */
    readonly isLimit: boolean;
    /** Why not, for an error's message: the calls, and how far an order was found. */
    readonly reason: string;
  };

/**
 * linearizable tells whether there is an order of the calls that agrees with their beginnings and ends, and in which `model`
 * gives the same results.
 *
 * @param history The calls: a {@linkcode History}, or a list of them.
 * @param model The object without concurrency.
 *
 * @example
 * ```ts
 * import { linearizable } from "@interleave/go/testing";
 *
 * const register = {
 *   initial: 0,
 *   step: (state: number, op: number | "read") =>
 *     op === "read" ? { state, result: state } : { state: op, result: op },
 * };
 * // The reader began when the write was over, and sees the old value.
 * const stale = [
 *   { goroutine: "writer", op: 1, result: 1, began: 0, ended: 1 },
 *   { goroutine: "reader", op: "read" as const, result: 0, began: 2, ended: 3 },
 * ];
 * if (linearizable(stale, register).ok) throw new Error("stale reads are not linearizable");
 * ```
 */
export function linearizable<State, Op, Result>(
  history: History<Op, Result> | readonly Call<Op, Result>[],
  model: Model<State, Op, Result>,
  { maxStates = 1_000_000 }: LinearizableOptions = {},
): LinearizableVerdict {
  const calls = history instanceof History ? history.calls : history;
  const parts = model.partition === undefined
    ? [calls]
    : groupBy(calls, ({ op }) => model.partition?.(op)).values();
  let states = 0;
  for (const part of parts) {
    const search = new Search(part, model, maxStates - states);
    const outcome = search.run();
    states += search.states;
    if (outcome === "linearizable") continue;
    const isLimit = outcome === "limit";
    const reason = isLimit
      ? `not known whether the history is linearizable: stopped after ${maxStates} states`
      : `the history is not linearizable:\n${describe(part, search.longest)}`;
    return { ok: false, states, isLimit, reason };
  }
  return { ok: true, states };
}

/** A beginning or an end, in a doubly linked list from which calls are taken out and put back. */
interface Node {
  readonly call: number;
  readonly end: Node | null;
  previous: Node | null;
  next: Node | null;
}

/** The search through the orders of one part of a history. */
class Search<State, Op, Result> {
  readonly #calls: readonly Call<Op, Result>[];
  readonly #model: Model<State, Op, Result>;
  readonly #limit: number;
  readonly #seen = new Set<string>();
  readonly #done: boolean[];
  readonly #head: Node = { call: -1, end: null, previous: null, next: null };
  states = 0;
  /** The longest order that was found. */
  longest: readonly number[] = [];

  constructor(
    calls: readonly Call<Op, Result>[],
    model: Model<State, Op, Result>,
    limit: number,
  ) {
    this.#calls = calls;
    this.#model = model;
    this.#limit = limit;
    this.#done = new Array(calls.length).fill(false);
    this.#link();
  }

  run(): "linearizable" | "not linearizable" | "limit" {
    const taken: { node: Node; state: State }[] = [];
    let state = this.#model.initial;
    let left = this.#calls.filter(({ ended }) => ended !== undefined).length;
    let node = this.#head.next;
    while (left > 0) {
      if (this.states > this.#limit) return "limit";
      if (node !== null && node.end !== null) {
        const after = this.#take(node, state);
        if (after !== null) {
          taken.push({ node, state });
          if (taken.length > this.longest.length) this.longest = taken.map(({ node }) => node.call);
          state = after.state;
          if (this.#ends(node)) left--;
          node = this.#head.next;
        } else node = node.next;
        continue;
      }
      // The call that ends next cannot be put in: something before it was wrong.
      const last = taken.pop();
      if (last === undefined) return "not linearizable";
      this.#putBack(last.node);
      if (this.#ends(last.node)) left++;
      state = last.state;
      node = last.node.next;
    }
    return "linearizable";
  }

  #ends({ call }: Node): boolean {
    return this.#calls[call]?.ended !== undefined;
  }

  /** Puts a call next, if it gives what it gave and leads to something new. */
  #take(node: Node, state: State): { state: State } | null {
    const { op, result, ended } = this.#calls[node.call] as Call<Op, Result>;
    const after = this.#model.step(state, op);
    if (ended !== undefined && !this.#isEqual(after.result, result as Result)) return null;
    this.#done[node.call] = true;
    const key = `${this.#done.map(Number).join("")} ${this.#keyOf(after.state)}`;
    if (this.#seen.has(key)) {
      this.#done[node.call] = false;
      return null;
    }
    this.#seen.add(key);
    this.states++;
    unlink(node);
    unlink(node.end as Node);
    return after;
  }

  #putBack(node: Node): void {
    this.#done[node.call] = false;
    relink(node.end as Node);
    relink(node);
  }

  #keyOf(state: State): string {
    return this.#model.key === undefined ? textOf(state) : this.#model.key(state);
  }

  #isEqual(expected: Result, actual: Result): boolean {
    if (this.#model.equal !== undefined) return this.#model.equal(expected, actual);
    return Object.is(expected, actual) || textOf(expected) === textOf(actual);
  }

  /** Beginnings and ends in order; what has not ended ends behind everything else. */
  #link(): void {
    const events: { time: number; node: Node }[] = [];
    for (const [call, { began, ended = Infinity }] of this.#calls.entries()) {
      const end: Node = { call, end: null, previous: null, next: null };
      events.push({ time: began, node: { call, end, previous: null, next: null } });
      events.push({ time: ended, node: end });
    }
    const isEnd = ({ node }: { node: Node }): number => Number(node.end === null);
    events.sort((a, b) => a.time === b.time ? isEnd(a) - isEnd(b) : a.time - b.time);
    let last = this.#head;
    for (const { node } of events) {
      last.next = node;
      node.previous = last;
      last = node;
    }
  }
}

function unlink({ previous, next }: Node): void {
  if (previous !== null) previous.next = next;
  if (next !== null) next.previous = previous;
}

function relink(node: Node): void {
  if (node.previous !== null) node.previous.next = node;
  if (node.next !== null) node.next.previous = node;
}

/** A text that is the same for equal values, of what JSON knows, maps, sets and big integers. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Map || part instanceof Set) return [part.constructor.name, ...part];
    if (typeof part === "bigint") return `${part}n`;
    return part === undefined ? "undefined" : part;
  });
}

/** The calls, a line each, with their place in the longest order that was found. */
function describe(calls: readonly Call<unknown, unknown>[], order: readonly number[]): string {
  const width = Math.max(...calls.map(({ goroutine }) => goroutine.length));
  return calls.map(({ goroutine, op, result, began, ended }, i) => {
    const at = order.indexOf(i);
    const what = ended === undefined ? "has not ended" : `gives ${formatValue(result)}`;
    const place = at >= 0
      ? `, may come as number ${at + 1}`
      : ended === undefined
      ? ""
      : ", fits nowhere behind";
    return `  ${goroutine.padEnd(width)}  from ${began} to ${ended ?? "…"}: ${
      formatValue(op)
    } ${what}${place}`;
  }).join("\n");
}
