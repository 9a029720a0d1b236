// What closing does: Go's test/closedchan.go.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Channel, ClosedError, select, trySelect } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

/** What every form of receiving and sending must do on a channel that is closed and drained. */
async function assertClosed(ch: Channel<number>): Promise<void> {
  for (let i = 0; i < 2; i++) {
    assertEquals(await ch.receive(), undefined);
    assertEquals(await ch.next(), { value: undefined, done: true });
    assertEquals(ch.tryReceive(), { value: undefined, done: true });
    const receive = { got: ch.receiving() };
    const end = { key: "got", value: undefined, ok: false } as const;
    assertEquals(await select(receive), end);
    assertEquals(await select(receive, { default: true }), end);
    assertEquals(trySelect(receive), end);
    for await (const value of ch) throw new Error(`${value} after the end`);
  }
  await assertRejects(() => ch.send(2), ClosedError, "send on closed channel");
  assertThrows(() => ch.trySend(2), ClosedError, "send on closed channel");
  await assertRejects(() => select({ sent: ch.sending(2) }), ClosedError, "send on closed channel");
  assertThrows(() => trySelect({ sent: ch.sending(2) }), ClosedError, "send on closed channel");
}

async function closedHoldingOne(): Promise<Channel<number>> {
  const ch = new Channel<number>(2);
  await ch.send(1);
  ch.close();
  return ch;
}

conforms(
  "a closed channel gives what it held, then every form finds it closed (test/closedchan.go:testasync1)",
  async () => {
    const ch = await closedHoldingOne();
    assertEquals(await ch.receive(), 1);
    await assertClosed(ch);
  },
);

conforms("the same with comma ok (test/closedchan.go:testasync2)", async () => {
  const ch = await closedHoldingOne();
  assertEquals(await ch.next(), { value: 1, done: false });
  await assertClosed(ch);
  const sync = new Channel<number>();
  sync.close();
  await assertClosed(sync);
});

conforms("closing nil and closing twice fail (test/closedchan.go:nil+double)", () => {
  assertThrows(() => Channel.nil<number>().close(), TypeError, "close of nil channel");
  for (const capacity of [0, 1]) {
    const ch = new Channel<number>(capacity);
    ch.close();
    assertThrows(() => ch.close(), ClosedError, "close of closed channel");
  }
});
