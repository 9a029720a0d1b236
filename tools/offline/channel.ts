/**
 * `@std/async/channel` for machines that cannot reach JSR: the genuine code from npm (`assert.ts` says why).
 *
 * The module of deno-std 1.4.0 does not load, because it imports a folder under a wrong name. So its text is taken, with
 * that name put right and nothing else.
 *
 * @module
 */
import text from "deno-std/async/channel.js" with { type: "text" };

const source = text.replace(
  `"../data-structures/deque.js"`,
  JSON.stringify(import.meta.resolve("deno-std/data_structures/deque.js")),
);
const module = await import(`data:text/javascript,${encodeURIComponent(source)}`);

/** What `tryReceive` gives. */
export type ChannelReceiveResult<T> =
  | { state: "ok"; value: T }
  | { state: "empty" }
  | { state: "closed" };

/** A channel whose `receive` rejects once it is closed and drained. */
export interface Channel<T> extends AsyncIterable<T> {
  send(value: T, options?: { signal?: AbortSignal }): Promise<void>;
  receive(options?: { signal?: AbortSignal }): Promise<T>;
  trySend(value: T): boolean;
  tryReceive(): ChannelReceiveResult<T>;
  close(reason?: unknown): void;
  readonly closed: boolean;
  readonly size: number;
  readonly capacity: number;
  toReadableStream(): ReadableStream<T>;
}
export const Channel: new <T>(options?: { capacity?: number }) => Channel<T> = module.Channel;

/** What a closed channel rejects with. */
export type ChannelClosedError = Error;
export const ChannelClosedError: new (message: string, ...rest: unknown[]) => ChannelClosedError =
  module.ChannelClosedError;
