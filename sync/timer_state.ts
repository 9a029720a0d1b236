/**
 * The channel of a timer or ticker, as Go has it since 1.23. Follows Go's src/runtime/time.go.
 *
 * Invariants:
 * - What can be received is told by the clock: there is no buffer, so nothing stale is left by stop and reset.
 * - A timer of the scheduler is armed exactly while somebody waits and the time is not infinitely far away. A timer that
 *   nobody waits for costs nothing and can be forgotten.
 * - Whoever waits is served first; a newcomer never overtakes, even if the time has come.
 * - A value is the time at which it was due, however late it is received.
 * - Ticks nobody has received are one tick.
 *
 * Rejected: a buffer of one. After stop or reset it still holds the old time.
 *
 * @module
 */

import { current } from "../runtime/current.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { touch } from "../runtime/observer.ts";
import type { Waiter } from "../runtime/operation.ts";
import { Timer } from "../runtime/scheduler.ts";
import type { ReceiveChannel } from "./channel.ts";
import { ChannelState, NOWHERE, ReceiveOperation, TIMER_ACCESS } from "./channel_state.ts";
import { ReceiveEnd } from "./receive_end.ts";

/** When a timer is due that is not running. */
const NOT_RUNNING = NaN;

/** TimerState is the state of a timer's channel. With a period it starts anew whenever it has fired. */
export class TimerState extends ChannelState<number> {
  readonly #kind: "Timer" | "Ticker";
  #periodMs = 0;
  // In milliseconds since the epoch.
  #due = NOT_RUNNING;
  // Both are made when they are needed: most timeouts are over before anybody has to wait.
  #end: ReceiveChannel<number> | null = null;
  #alarm: Alarm | null = null;

  constructor(kind: "Timer" | "Ticker") {
    super(0, NOWHERE); // nobody sends
    this.#kind = kind;
  }

  /** Where the times are received. */
  get end(): ReceiveChannel<number> {
    return this.#end ??= new ReceiveEnd(new TimerReceiving(this));
  }

  override get type(): string {
    return this.#kind;
  }

  /** Starts it: due after `delayMs`, and then every `periodMs` if that is not 0. */
  start(delayMs: number, periodMs: number): void {
    this.#periodMs = periodMs;
    this.#due = current().now() + Math.max(0, delayMs);
    if (this.receivers.first !== null) this.arm();
  }

  /** Stops it. Returns whether it was running: not due, or due and not received. */
  stop(): boolean {
    touch(this, TIMER_ACCESS.stop);
    return this.#halt();
  }

  /** Stops it and starts it anew. Returns whether it was running. */
  reset(delayMs: number, periodMs: number): boolean {
    touch(this, TIMER_ACCESS.reset, delayMs);
    const wasRunning = this.#halt();
    this.start(delayMs, periodMs);
    return wasRunning;
  }

  override canReceive(): boolean {
    return this.receivers.first === null && current().now() >= this.#due;
  }

  override take(): number {
    const due = this.#due;
    // The next tick is the next multiple of the period that is still to come.
    const late = current().now() - due;
    this.#due = this.#periodMs === 0
      ? NOT_RUNNING
      : due + this.#periodMs * (1 + Math.max(0, Math.floor(late / this.#periodMs)));
    return due;
  }

  override peek(): number {
    return this.#due;
  }

  /** Makes the scheduler wake who waits. */
  arm(): void {
    const alarm = this.#alarm ??= new Alarm(this);
    if (alarm.scheduler !== null || !(this.#due < Infinity)) return;
    if (hooks.scheduler === null) eventLoop.setTimerAt(alarm, this.#due);
    else hooks.scheduler.setTimer(alarm, this.#due - hooks.scheduler.now());
  }

  /** Nobody need be woken any more. */
  disarm(): void {
    const alarm = this.#alarm;
    if (alarm === null || alarm.scheduler === null) return;
    alarm.scheduler.clearTimer(alarm);
    alarm.scheduler = null;
  }

  /** The time has come for who has waited longest. */
  fire(): void {
    touch(this, TIMER_ACCESS.fire);
    if (this.#alarm !== null) this.#alarm.scheduler = null;
    const receiver = this.receivers.shift();
    if (receiver === null) throw new Error("Cannot fire: nobody waits for the timer");
    const due = this.take();
    if (this.receivers.first !== null) this.arm();
    eventLoop.complete(receiver, due);
  }

  override state(): string {
    return Number.isNaN(this.#due) ? "stopped" : "running";
  }

  override snapshot(): () => void {
    if (!Number.isNaN(this.#due)) {
      throw new Error(
        `Cannot use a ${this.#kind} inside a run that was started outside: it goes by another clock`,
      );
    }
    return () => {
      this.disarm();
      this.#due = NOT_RUNNING;
      this.receivers.clear();
    };
  }

  #halt(): boolean {
    const wasRunning = !Number.isNaN(this.#due);
    this.#due = NOT_RUNNING;
    this.disarm();
    return wasRunning;
  }
}

/** A receive that has the scheduler wake it in time. */
class TimerReceiving extends ReceiveOperation<number> {
  declare readonly resource: TimerState;

  override enqueue(waiter: Waiter): void {
    super.enqueue(waiter);
    this.resource.arm();
  }

  override dequeue(waiter: Waiter): void {
    super.dequeue(waiter);
    if (this.resource.receivers.first === null) this.resource.disarm();
  }
}

class Alarm extends Timer {
  readonly #state: TimerState;

  constructor(state: TimerState) {
    super();
    this.#state = state;
  }

  get kind(): string {
    return this.#state.type.toLowerCase();
  }

  fire(): void {
    this.#state.fire();
  }

  override missed(): void {
    touch(this.#state, TIMER_ACCESS.fire);
  }
}
