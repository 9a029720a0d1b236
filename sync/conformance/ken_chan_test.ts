// Go's test/ken/chan.go: plain and selected sends meet plain and selected receives, over 4 to 12 channels of several
// capacities, with yields in between. Every stream must be strictly increasing, and nothing may be lost.
import { assertEquals } from "@std/assert";
import { Channel, select, WaitGroup, yieldNow } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

/** How many values go through each channel. */
const VALUES = 76;

/** A channel with the next value to send and the next to receive. */
class Stream {
  readonly #channel: Channel<number>;
  readonly #first: number;
  readonly #end: number;
  #sent: number;
  #received: number;

  constructor(capacity: number, first: number, count: number) {
    this.#channel = new Channel(capacity);
    this.#first = this.#sent = this.#received = first;
    this.#end = first + count;
  }

  get sent(): number {
    return this.#sent - this.#first;
  }
  get received(): number {
    return this.#received - this.#first;
  }
  /** The next send as a case, if there is one to come. */
  get sending() {
    return this.#sent < this.#end ? this.#channel.sending(this.#sent) : undefined;
  }
  /** The next receive as a case, if there is one to come. */
  get receiving() {
    return this.#received < this.#end ? this.#channel.receiving() : undefined;
  }
  onSent(): void {
    this.#sent++;
  }
  onReceived(value: number | undefined): void {
    assertEquals(value, this.#received++);
  }

  async sendAll(yields: Yields): Promise<void> {
    for (; this.#sent < this.#end; this.onSent()) {
      await yields.some(10);
      await this.#channel.send(this.#sent);
    }
  }
  async receiveAll(yields: Yields): Promise<void> {
    while (this.#received < this.#end) {
      await yields.some(10);
      this.onReceived(await this.#channel.receive());
    }
  }
}

/** Yields a number of times that looks random and is the same every time. */
class Yields {
  #state = 1;

  async some(most: number): Promise<void> {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 0x8000_0000;
    for (let left = Math.floor(this.#state / 0x8000_0000 * most); left > 0; left--) {
      await yieldNow();
    }
  }
}

/** Receives and sends all there is on these streams, in one select at a time. */
async function selectAll(receives: Stream[], sends: Stream[], yields: Yields): Promise<void> {
  for (;;) {
    await yields.some(5);
    const receiving = receives.map((stream) => stream.receiving);
    const sending = sends.map((stream) => stream.sending);
    const cases = [...receiving, ...sending];
    if (cases.every((operation) => operation === undefined)) return;
    const { key, value } = await select(cases);
    if (key < receives.length) receives[key]?.onReceived(value as number);
    else sends[key - receives.length]?.onSent();
  }
}

/** Who sends and who receives. */
type Wiring = (streams: Stream[], start: (work: (yields: Yields) => Promise<void>) => void) => void;

const TESTS: readonly [name: string, streams: number, wiring: Wiring][] = [
  ["1: plain sends to plain receives", 4, (streams, start) => {
    for (const stream of streams) start((it) => stream.sendAll(it));
    for (const stream of streams) start((it) => stream.receiveAll(it));
  }],
  ["2: plain sends to selected receives", 4, (streams, start) => {
    for (const stream of streams) start((it) => stream.sendAll(it));
    start((it) => selectAll(streams, [], it));
  }],
  ["3: selected sends to plain receives", 4, (streams, start) => {
    for (const stream of streams) start((it) => stream.receiveAll(it));
    start((it) => selectAll([], streams, it));
  }],
  ["4: selected sends to selected receives", 4, (streams, start) => {
    start((it) => selectAll([], streams, it));
    start((it) => selectAll(streams, [], it));
  }],
  ["5: two selects, each sending to the other", 8, (streams, start) => {
    start((it) => selectAll(streams.slice(4), streams.slice(0, 4), it));
    start((it) => selectAll(streams.slice(0, 4), streams.slice(4), it));
  }],
  ["6: two selects in a pipeline between plain sends and receives", 12, (streams, start) => {
    const [between, before, after] = [streams.slice(0, 4), streams.slice(4, 8), streams.slice(8)];
    for (const stream of before) start((it) => stream.sendAll(it));
    for (const stream of after) start((it) => stream.receiveAll(it));
    start((it) => selectAll(before, between, it));
    start((it) => selectAll(between, after, it));
  }],
];

for (const capacity of [0, 1, 10, 100]) {
  for (const [name, width, wiring] of TESTS) {
    conforms(
      `${name}, capacity ${capacity} (test/ken/chan.go:test1-6)`,
      async (count) => {
        const streams = Array.from(
          { length: width },
          (_, i) => new Stream(capacity, 100 * i, count),
        );
        const yields = new Yields();
        const wg = new WaitGroup();
        wiring(streams, (work) => wg.go(() => work(yields)));
        await wg.wait();
        const total = (of: "sent" | "received") =>
          streams.reduce((sum, stream) => sum + stream[of], 0);
        assertEquals([total("sent"), total("received")], [width * count, width * count]);
      },
      { rounds: [VALUES, 3], schedules: 20 },
    );
  }
}
