/**
 * Publish and subscribe: everybody who has subscribed gets everything that is published from then on, in order.
 *
 * A slow subscriber holds the publisher back once its buffer is full; nothing is lost. So unsubscribing must let the
 * publisher go: it waits for either of two things, room in the buffer or the subscriber's leaving, and that is what
 * `select` is for.
 *
 * Run it with `deno run -A examples/pub_sub.ts`.
 *
 * @module
 */

import { Channel, Mutex, type ReceiveChannel, select, WaitGroup } from "@interleave/go";

class Subscriber<T> {
  readonly messages: Channel<T>;
  /** Closed when it leaves. */
  readonly left = new Channel<never>();

  constructor(capacity: number) {
    this.messages = new Channel(capacity);
  }
}

export interface Subscription<T> {
  /** Ends when the topic is closed; what was published before can still be received. */
  readonly messages: ReceiveChannel<T>;
  /** Leaves, which ends `messages`. A publisher that waits for this subscriber goes on. */
  unsubscribe(): void;
}

export class Topic<T> {
  readonly #subscribers = new Set<Subscriber<T>>();
  // One message at a time, or two publishers could reach two subscribers in different orders.
  readonly #publishing = new Mutex();

  subscribe(capacity = 0): Subscription<T> {
    const subscriber = new Subscriber<T>(capacity);
    this.#subscribers.add(subscriber);
    return {
      messages: subscriber.messages,
      unsubscribe: () => {
        if (!this.#subscribers.delete(subscriber)) return;
        subscriber.left.close(); // first: a publisher that waits takes this case, and is gone when
        subscriber.messages.close(); // the channel closes; later ones do not find the subscriber
      },
    };
  }

  /** Returns once every subscriber has the message, in its hands or in its buffer, or has left. */
  async publish(message: T): Promise<void> {
    await this.#publishing.withLock(async () => {
      for (const { messages, left } of this.#subscribers) {
        await select({ sent: messages.sending(message), left: left.receiving() });
      }
    });
  }

  /** Ends all subscriptions, once what is being published has been. */
  async close(): Promise<void> {
    await this.#publishing.withLock(() => {
      for (const { messages } of this.#subscribers) messages.close();
      this.#subscribers.clear();
    });
  }
}

if (import.meta.main) {
  const news = new Topic<string>();
  const reading = new WaitGroup();
  for (const [name, articles] of [["Ada", 3], ["Bob", 1]] as const) {
    const { messages, unsubscribe } = news.subscribe();
    reading.go(async () => {
      let read = 0;
      for await (const message of messages) {
        console.log(`${name} reads: ${message}`);
        if (++read === articles) break;
      }
      unsubscribe();
      console.log(`${name} has read enough`);
    });
  }
  for (
    const headline of ["Channels found", "Select explained", "Locks forgotten", "Nobody reads"]
  ) {
    await news.publish(headline);
  }
  await reading.wait();
  await news.close();
  console.log("all published");
}
