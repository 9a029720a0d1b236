// Values that come in order, each once: programs of Go's test/, test/chan and test/ken.
import { assertEquals } from "@std/assert";
import { Channel, go, type ReceiveChannel, WaitGroup, yieldNow } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

conforms(
  "ten values through a buffer of ten come back in order (test/chan/fifo.go:AsynchFifo)",
  async () => {
    const ch = new Channel<number>(10);
    for (let i = 0; i < 10; i++) await ch.send(i);
    for (let i = 0; i < 10; i++) assertEquals(await ch.receive(), i);
  },
);

conforms(
  "goroutines chained by unbuffered channels pass one value from end to end, and all end (test/chan/goroutines.go)",
  async (count) => {
    const leftmost = new Channel<number>();
    let left = leftmost;
    for (let i = 0; i < count; i++) {
      const [to, from] = [left, new Channel<number>()];
      go(async () => await to.send(await from.receive() as number));
      left = from;
    }
    const rightmost = left;
    go(() => rightmost.send(1));
    assertEquals(await leftmost.receive(), 1);
  },
  { rounds: [10_000, 10] },
);

conforms(
  "ranging over a generator of letters gives 26 in order, in both forms of the loop (test/range.go:testchan)",
  async () => {
    const alphabet = "abcdefghijklmnopqrstuvwxyz";
    const letters = (): ReceiveChannel<string> => {
      const out = new Channel<string>();
      go(async () => {
        for (const letter of alphabet) await out.send(letter);
        out.close();
      });
      return out;
    };
    let withVariable = "", without = 0;
    for await (const letter of letters()) withVariable += letter;
    for await (const _ of letters()) without++;
    assertEquals([withVariable, without], [alphabet, 26]);
  },
  { schedules: 20 },
);

conforms(
  "1000 marked messages through a buffer of two reach ten receivers, each once (test/ken/chan1.go)",
  async (count) => {
    const ch = new Channel<number>(2);
    const wg = new WaitGroup();
    const seen = new Array<number>(count).fill(0);
    for (let receiver = 0; receiver < 10; receiver++) {
      wg.go(async () => {
        for await (const message of ch) {
          seen[message] = (seen[message] ?? NaN) + 1;
          await yieldNow();
        }
      });
    }
    for (let message = 0; message < count; message++) await ch.send(message);
    ch.close();
    await wg.wait();
    assertEquals(seen, new Array(count).fill(1));
  },
  { rounds: [1000, 15], schedules: 30 },
);
