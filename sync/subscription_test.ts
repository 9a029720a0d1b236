import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { PanicListener } from "../runtime/panic_listener_test.ts";
import { explore } from "../testing/mod.ts";
import { select, WaitGroup, yieldNow } from "../mod.ts";
import { background } from "./context.ts";
import { events, Subscription } from "./subscription.ts";
import { withCancel } from "./with_cancel.ts";

/** An EventTarget that counts its listeners. */
class Counted extends EventTarget {
  listeners = 0;
  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++;
    super.addEventListener(...args);
  }
  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }
  ping(detail: number): void {
    this.dispatchEvent(new CustomEvent("ping", { detail }));
  }
}

const pings = (target: Counted, options?: Parameters<typeof events>[2]) =>
  events<CustomEvent<number>>(target, "ping", options);

/** The details of all events that are there. */
async function details(subscription: Subscription<CustomEvent<number>>): Promise<number[]> {
  subscription.stop();
  return (await Array.fromAsync(subscription)).map(({ detail }) => detail);
}

Deno.test("events: come in order; those of other types do not come", async () => {
  const target = new Counted();
  const subscription = pings(target);
  target.ping(1);
  target.dispatchEvent(new Event("pong"));
  target.ping(2);
  assertEquals(await details(subscription), [1, 2]);
  assertEquals(subscription.dropped, 0);
});

Deno.test("events: when the channel is full what comes is dropped, or the oldest, and counted", async () => {
  for (
    const [whenFull, kept] of [["dropNewest", [1, 2]], ["dropOldest", [3, 4]]] as const
  ) {
    const target = new Counted();
    const subscription = pings(target, { capacity: 2, whenFull });
    for (const n of [1, 2, 3, 4]) target.ping(n);
    assertEquals(subscription.dropped, 2);
    assertEquals(await details(subscription), [...kept]);
  }
});

Deno.test("events: with capacity 0 only who waits gets one", async () => {
  const target = new Counted();
  using subscription = pings(target, { capacity: 0 });
  target.ping(1);
  const receiving = subscription.channel.receive();
  target.ping(2);
  assertEquals((await receiving)?.detail, 2);
  assertEquals(subscription.dropped, 1);
  assertThrows(() => pings(target, { capacity: 0, whenFull: "dropOldest" }), RangeError);
  assertThrows(() => pings(target, { capacity: -1 }), RangeError);
  assertEquals(target.listeners, 1);
});

Deno.test("Subscription: stop, using, a signal and a Context all detach, and close the channel", async () => {
  const controller = new AbortController();
  const ctx = withCancel(background());
  const ends: [Parameters<typeof events>[2], (subscription: Subscription<unknown>) => void][] = [
    [{}, (subscription) => subscription.stop()],
    [{}, (subscription) => {
      using _ = subscription;
    }],
    [{ signal: controller.signal }, () => controller.abort()],
    [ctx, () => ctx.cancel()],
    [{ signal: ctx.signal }, (subscription) => subscription.stop()], // aborted already
  ];
  for (const [options, end] of ends) {
    const target = new Counted();
    const subscription = pings(target, options);
    target.ping(1);
    end(subscription);
    target.ping(2);
    assertEquals(target.listeners, 0);
    assert((await details(subscription)).every((n) => n === 1));
    subscription.stop();
    assertEquals((await subscription.channel.next()).done, true);
  }
});

Deno.test("Subscription: stopped by hand, it leaves nothing with its signal or Context", () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  const subscription = pings(new Counted(), { signal });
  assertEquals(listeners, 1);
  subscription.stop();
  assertEquals(listeners, 0);
});

Deno.test("Subscription: what calls back once more after it has stopped is not heard", async () => {
  let late: (value: number) => void = () => {};
  const subscription = new Subscription<number>((deliver) => {
    late = deliver;
    return () => {};
  });
  late(1);
  subscription.stop();
  late(2);
  assertEquals(await Array.fromAsync(subscription), [1]);
  assertEquals(subscription.dropped, 0);
});

Deno.test("Subscription: what attach throws comes out; a detach that throws still closes the channel", async () => {
  assertThrows(
    () =>
      new Subscription(() => {
        throw new Error("no such device");
      }),
    Error,
    "no such device",
  );
  const broken = new Subscription(() => () => {
    throw new Error("stuck");
  });
  assertThrows(() => broken.stop(), Error, "stuck");
  assertEquals((await broken.channel.next()).done, true);
});

Deno.test("Subscription: a detach that throws at a signal is reported, and the others are still told", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const stuck = new Error("stuck");
  new Subscription(() => () => {
    throw stuck;
  }, { signal });
  const target = new Counted();
  pings(target, { signal });
  using listener = new PanicListener();
  controller.abort();
  await yieldNow();
  assertEquals(target.listeners, 0);
  assertEquals(listener.panics.length, 1);
  assertStrictEquals(listener.panics[0]?.cause, stuck);
});

Deno.test("events: whenever they come, whoever selects on them gets each once, until it is stopped", async () => {
  const lengths = new Set<number>();
  await explore(async () => {
    const target = new Counted();
    const subscription = pings(target);
    const quit = withCancel(background());
    const wg = new WaitGroup();
    wg.go(async () => {
      for (const n of [1, 2, 3]) {
        target.ping(n);
        await yieldNow();
      }
    });
    wg.go(() => quit.cancel());
    const seen: number[] = [];
    for (;;) {
      const c = await select({
        ping: subscription.channel.receiving(),
        quit: quit.done.receiving(),
      });
      if (c.key === "quit") break;
      if (c.ok) seen.push(c.value.detail);
    }
    subscription.stop();
    const rest = await details(subscription);
    await wg.wait();
    const all = [...seen, ...rest];
    assertEquals(all, [1, 2, 3].slice(0, all.length));
    assertEquals(target.listeners, 0);
    lengths.add(all.length);
  }, { name: "events", schedules: 500, seed: 1 });
  assertEquals([...lengths].sort(), [0, 1, 2, 3]);
});

Deno.test("events: what is no EventTarget is refused", () => {
  assertThrows(
    () => events({} as EventTarget, "ping"),
    TypeError,
    'Cannot listen to "ping": expected an EventTarget',
  );
});
