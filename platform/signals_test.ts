import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { background, CanceledError, cause, sleep, WaitGroup, withCancel } from "../mod.ts";
import { notify, notifyContext, type SignalName } from "./mod.ts";

// Signals that do nothing to a process that does not listen, so that a late one cannot end the tests.
const WINDOW = "SIGWINCH", URGENT = "SIGURG";

const raise = (signal: SignalName) => process.kill(process.pid, signal);

/** A test in which something keeps the process alive: listening does not. */
function test(name: string, body: () => void | Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    async fn() {
      const interval = setInterval(() => {}, 1_000);
      try {
        await body();
      } finally {
        clearInterval(interval);
      }
    },
  });
}

test("notify: gives the signals that it was asked for, in order", async () => {
  using signals = notify([WINDOW, URGENT]);
  for (const signal of [WINDOW, URGENT, WINDOW] as const) {
    raise(signal);
    assertEquals(await signals.channel.receive(), signal);
  }
});

test("notify: drops what does not fit, and never waits for a receiver", async () => {
  using narrow = notify(WINDOW, { capacity: 1 });
  using wide = notify(WINDOW);
  for (let i = 0; i < 3; i++) {
    raise(WINDOW);
    await wide.channel.receive();
  }
  assertEquals(narrow.channel.size, 1);
  assertEquals(narrow.dropped, 2);
});

test("notify: nothing arrives once it has stopped, and the process listens no more", async () => {
  const before = process.listenerCount(WINDOW);
  const stopped = notify(WINDOW);
  using other = notify(WINDOW);
  assertEquals(process.listenerCount(WINDOW), before + 2);
  stopped.stop();
  assertEquals(process.listenerCount(WINDOW), before + 1);
  raise(WINDOW);
  await other.channel.receive();
  assertEquals((await stopped.channel.next()).done, true);
});

test("notify: signals keep coming while it is stopped, and nothing arrives after that (os/signal:TestStress)", async () => {
  using probe = notify(WINDOW, { capacity: 1 });
  for (let round = 0; round < 50; round++) {
    const stopped = notify(WINDOW, { capacity: 1 });
    for (let i = 0; i < 3; i++) raise(WINDOW);
    if (round % 2 === 0) await probe.channel.receive();
    stopped.stop();
    const { size } = stopped.channel;
    raise(WINDOW);
    await probe.channel.receive();
    assertEquals(stopped.channel.size, size);
    assertEquals((await Array.fromAsync(stopped)).length, size);
  }
});

test("notifyContext: ten goroutines stop it at once (os/signal:TestNotifyContextSimultaneousStop)", async () => {
  const before = process.listenerCount(WINDOW);
  const ctx = notifyContext(background(), WINDOW);
  const wg = new WaitGroup();
  for (let i = 0; i < 10; i++) {
    wg.go(async () => {
      ctx.cancel();
      await ctx.done.next();
    });
  }
  await wg.wait();
  assert(ctx.err instanceof CanceledError);
  assertEquals(process.listenerCount(WINDOW), before);
});

test("notifyContext: a signal ends it, with the cause in Go's words (os/signal:TestNotifyContextNotifications/once, os/signal:TestNotifyContextCause)", async () => {
  using ctx = notifyContext(background(), WINDOW, URGENT);
  assertEquals(ctx.err, undefined);
  raise(URGENT);
  await ctx.done.next();
  assert(ctx.err instanceof CanceledError);
  assertEquals((cause(ctx) as Error).message, "urgent I/O condition signal received");
  assertEquals(await sleep(1_000, ctx).catch((error) => error instanceof CanceledError), true);
});

test("notifyContext: listens until it is canceled, also after its end and its parent's (os/signal:TestNotifyContextCancelParent)", () => {
  const before = process.listenerCount(WINDOW);
  const parent = withCancel(background());
  const ctx = notifyContext(parent, WINDOW);
  parent.cancel("the parent's");
  assertEquals(cause(ctx), "the parent's");
  assertEquals(process.listenerCount(WINDOW), before + 1);
  for (let i = 0; i < 10; i++) ctx.cancel();
  assertEquals(process.listenerCount(WINDOW), before);
  assertEquals(cause(ctx), "the parent's");
});

test("notifyContext: of a parent that is done it does not listen at all", () => {
  const before = process.listenerCount(WINDOW);
  const parent = withCancel(background());
  parent.cancel();
  const ctx = notifyContext(parent, WINDOW);
  assert(ctx.err instanceof CanceledError);
  assertEquals(process.listenerCount(WINDOW), before);
});

Deno.test("notifyContext: says in its name what it listens to (os/signal:TestNotifyContextStringer)", () => {
  const ctx = notifyContext(withCancel(background()), "SIGHUP", "SIGINT", "SIGTERM");
  ctx.cancel();
  assertEquals(
    String(ctx),
    "signal.NotifyContext(context.Background.WithCancel, [hangup interrupt terminated])",
  );
});

Deno.test("notify, notifyContext: a signal that cannot be listened to is refused", () => {
  const kill = "SIGKILL" as SignalName;
  assertThrows(() => notify(kill), TypeError, 'Cannot listen to signal "SIGKILL"');
  assertThrows(() => notifyContext(background(), kill), TypeError, '"SIGKILL"');
  assertThrows(() => notifyContext(undefined as never), TypeError, "nil parent");
});

/** Runs a program that says "ready" and then gets `signals`; returns what it printed after that, and how it ended. */
async function interrupted(program: string, ...signals: Deno.Signal[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", program],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const lines: string[] = [];
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const complete = text.split("\n");
    text = complete.pop() as string;
    for (const line of complete) {
      lines.push(line);
      const next = signals[lines.length - 1];
      if (next !== undefined) child.kill(next);
    }
  }
  const { code, signal } = await child.status;
  assertEquals(await errors, "");
  return { lines, code, signal };
}

test("notifyContext: ten SIGINTs do not end a process that shuts down (os/signal:TestNotifyContextNotifications/multiple)", async () => {
  const { lines, code } = await interrupted(
    `
      import { background, cause, sleep } from "@interleave/go";
      import { notify, notifyContext } from "@interleave/go/platform";
      using ctx = notifyContext(background(), "SIGINT");
      using all = notify("SIGINT");
      console.log("ready");
      const keepAlive = setInterval(() => {}, 1000);
      await all.channel.receive();
      console.log(cause(ctx).message);
      for (let i = 2; i <= 10; i++) {
        await all.channel.receive();
        console.log("shutting down " + i);
      }
      clearInterval(keepAlive);
    `,
    ...Array<Deno.Signal>(10).fill("SIGINT"),
  );
  assertEquals(lines.slice(0, 3), ["ready", "interrupt signal received", "shutting down 2"]);
  assertEquals(lines.length, 11);
  assertEquals(code, 0);
});

test("notifyContext: once it is canceled the next signal ends the process", async () => {
  const { lines, signal } = await interrupted(
    `
      import { background } from "@interleave/go";
      import { notifyContext } from "@interleave/go/platform";
      const ctx = notifyContext(background(), "SIGTERM");
      const keepAlive = setInterval(() => {}, 1000);
      console.log("ready");
      await ctx.done.next();
      ctx.cancel();
      console.log("hangs");
    `,
    "SIGTERM",
    "SIGTERM",
  );
  assertEquals({ lines, signal }, { lines: ["ready", "hangs"], signal: "SIGTERM" });
});
