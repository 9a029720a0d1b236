// What does not compile.
import { assertEquals } from "@std/assert";
import { type Channel, type ReceiveChannel, select, type SendChannel } from "../../mod.ts";

Deno.test("16 illegal uses of directional channels do not compile (test/chan/perm.go)", () => {
  const compiled = async (
    c: Channel<number>,
    cr: ReceiveChannel<number>,
    cs: SendChannel<number>,
    n: number,
  ) => {
    cr = c; // a channel may be used as either end
    cs = c;
    // @ts-expect-error 1: a receiving end is no channel.
    c = cr;
    // @ts-expect-error 2: a sending end is no channel.
    c = cs;
    // @ts-expect-error 3: a sending end is no receiving end.
    cr = cs;
    // @ts-expect-error 4: a receiving end is no sending end.
    cs = cr;
    // @ts-expect-error 5: a number cannot be sent on.
    await n.send(2);
    // @ts-expect-error 6: nor received from.
    await n.receive();
    // @ts-expect-error 7: nor is there a second result.
    await n.next();
    await c.send(0);
    await c.receive();
    // @ts-expect-error 8: no send on a receiving end.
    await cr.send(0);
    // @ts-expect-error 9: nor one that does not wait.
    cr.trySend(0);
    // @ts-expect-error 10: nor as a case of a select.
    await select({ sent: cr.sending(0) });
    // @ts-expect-error 11: no receive from a sending end.
    await cs.receive();
    // @ts-expect-error 12: nor with comma ok.
    await cs.next();
    // @ts-expect-error 13: nor one that does not wait.
    cs.tryReceive();
    // @ts-expect-error 14: nor as a case of a select.
    await select({ got: cs.receiving() });
    // @ts-expect-error 15: no range over a sending end.
    for await (const _ of cs) return;
    // @ts-expect-error 16: no close of a receiving end.
    cr.close();
    cs.close();
  };
  assertEquals(typeof compiled, "function");
});
