/**
 * OS signals.
 *
 * Invariants:
 * - The process listens to a signal exactly while somebody here wants it; then the signal no longer ends the process.
 * - Nothing arrives once it was stopped.
 *
 * @module
 */

import process from "node:process";
import { CancelNode, checkParent } from "../sync/cancel_tree.ts";
import { CANCELED } from "../sync/errors.ts";
import type { CancelContext, Context } from "../sync/context.ts";
import { Subscription, type SubscriptionOptions } from "../sync/subscription.ts";

/** The signals that can be listened to, with the words Go has for them. */
const WORDS: Readonly<Record<SignalName, string>> = {
  SIGABRT: "aborted",
  SIGALRM: "alarm clock",
  SIGBREAK: "break",
  SIGCHLD: "child exited",
  SIGCONT: "continued",
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGIO: "I/O possible",
  SIGPIPE: "broken pipe",
  SIGQUIT: "quit",
  SIGTERM: "terminated",
  SIGTSTP: "stopped",
  SIGTTIN: "stopped (tty input)",
  SIGTTOU: "stopped (tty output)",
  SIGURG: "urgent I/O condition",
  SIGUSR1: "user defined signal 1",
  SIGUSR2: "user defined signal 2",
  SIGWINCH: "window changed",
};

/**
 * SignalName is a signal that a process can listen to.
 *
 * @example
 * ```ts
 * import type { SignalName } from "@interleave/go/platform";
 *
 * const gentle: SignalName[] = ["SIGINT", "SIGTERM"];
 * if (gentle.length !== 2) throw new Error("two of them");
 * ```
 */
export type SignalName =
  | "SIGABRT"
  | "SIGALRM"
  | "SIGBREAK"
  | "SIGCHLD"
  | "SIGCONT"
  | "SIGHUP"
  | "SIGINT"
  | "SIGIO"
  | "SIGPIPE"
  | "SIGQUIT"
  | "SIGTERM"
  | "SIGTSTP"
  | "SIGTTIN"
  | "SIGTTOU"
  | "SIGURG"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGWINCH";

/**
 * notify makes a channel of the signals that the process gets. While the subscription lasts they do not end the process.
 *
 * It keeps 16 signals for a receiver to come and drops what does not fit, unless the options say otherwise. Listening does
 * not keep a process alive that has nothing else to do.
 *
 * Follows Go's signal.Notify and signal.Stop, which is `stop` of the subscription.
 *
 * @param signals Which signals, one or a list.
 * @param options How many are kept, what is dropped when that is not enough, and when to stop.
 * @throws {TypeError} If a signal is unknown, or cannot be listened to as SIGKILL cannot.
 *
 * @example
 * ```ts
 * import { Channel, select } from "@interleave/go";
 * import { notify } from "@interleave/go/platform";
 *
 * const jobs = new Channel<string>(1);
 * await jobs.send("the only one");
 * using interrupts = notify(["SIGINT", "SIGTERM"]);
 * const c = await select({ job: jobs.receiving(), signal: interrupts.channel.receiving() });
 * if (c.key === "signal") throw new Error(`stopped by ${c.value}`);
 * ```
 */
export function notify(
  signals: SignalName | readonly SignalName[],
  options?: SubscriptionOptions,
): Subscription<SignalName> {
  const names = check(typeof signals === "string" ? [signals] : signals);
  return new Subscription<SignalName>((deliver) => listen(names, deliver), options);
}

/**
 * notifyContext derives a context that ends when the process gets one of `signals`, when it is canceled, or when `parent`
 * ends, whichever comes first. Its cause is then an Error that says which: "interrupt signal received".
 *
 * The signals do not end the process until `cancel` is called, as `using ctx = notifyContext(...)` does. Call it as soon
 * as the context has ended if a second Ctrl-C is to end the process at once, while it shuts down.
 *
 * Follows Go's signal.NotifyContext; `cancel` is its stop function.
 *
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent". If a signal is unknown, or cannot be
 * listened to as SIGKILL cannot.
 *
 * @example
 * ```ts
 * import { background, sleep } from "@interleave/go";
 * import { notifyContext } from "@interleave/go/platform";
 *
 * using ctx = notifyContext(background(), "SIGINT", "SIGTERM");
 * for (let round = 0; round < 3 && ctx.err === undefined; round++) await sleep(1, ctx);
 * ```
 */
export function notifyContext(parent: Context, ...signals: SignalName[]): CancelContext {
  checkParent(parent);
  const node = new NotifyContext(parent, check(signals));
  node.attach();
  node.start();
  return node;
}

class NotifyContext extends CancelNode {
  readonly #signals: readonly SignalName[];
  #stop: (() => void) | null = null;

  constructor(parent: Context, signals: readonly SignalName[]) {
    super(parent);
    this.#signals = signals;
  }

  override get ownName(): string {
    return `.NotifyContext([${this.#words}])`;
  }

  override toString(): string {
    return `signal.NotifyContext(${this.parent}, [${this.#words}])`;
  }

  start(): void {
    if (this.isCanceled()) return;
    this.#stop = listen(this.#signals, (signal) => {
      this.end(CANCELED, new Error(`${WORDS[signal]} signal received`));
    });
  }

  get #words(): string {
    return this.#signals.map((signal) => WORDS[signal]).join(" ");
  }

  override cancel(cause?: unknown): void {
    this.#stop?.();
    this.#stop = null;
    super.cancel(cause);
  }
}

function check(signals: readonly SignalName[]): readonly SignalName[] {
  for (const signal of signals) {
    if (Object.hasOwn(WORDS, signal)) continue;
    throw new TypeError(
      `Cannot listen to signal "${signal}": expected one of ${Object.keys(WORDS).join(", ")}`,
    );
  }
  return [...signals];
}

/** Calls `callback` at each of `signals`. Returns a function that stops that. */
function listen(
  signals: readonly SignalName[],
  callback: (signal: SignalName) => void,
): () => void {
  const listeners = signals.map((signal) => [signal, () => callback(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
