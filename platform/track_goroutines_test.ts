import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder, running } from "../testing/child_test.ts";

Deno.test("trackGoroutines keeps nobody alive: what nobody can reach is collected, and listed no more", async () => {
  using folder = new Folder({
    "main.ts": `
      import { Channel, go, goroutines, yieldNow } from "PACKAGE/mod.ts";
      import { trackGoroutines } from "PACKAGE/platform/mod.ts";
      trackGoroutines();
      const known = new Channel<number>();
      go(() => known.receive(), "known");
      for (let i = 0; i < 100; i++) go(() => new Channel<number>().receive(), "lost");
      for (let i = 0; i < 200; i++) await yieldNow();
      const before = goroutines().length;
      for (let i = 0; i < 20; i++) {
        await new Promise((resolve) => setTimeout(resolve));
        gc();
      }
      const left = goroutines();
      console.log(before, left.length < 10, left.some(({ name }) => name === "known"));
    `,
  });
  const { stdout, stderr } = await folder.deno(running("-A", "--v8-flags=--expose-gc", "main.ts"));
  assertEquals([stdout, stderr], ["102 true true\n", ""]);
});

Deno.test("a running program prints its goroutines when it is told to", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using folder = new Folder({
    "main.ts": `
      import { Channel, dump, go } from "PACKAGE/mod.ts";
      import { notify, trackGoroutines } from "PACKAGE/platform/mod.ts";
      trackGoroutines();
      const quit = notify("SIGUSR2");
      go(() => new Channel<string>().receive(), "worker");
      setTimeout(() => Deno.kill(Deno.pid, "SIGUSR2"), 10);
      const alive = setTimeout(() => {}, 10_000);
      await quit.channel.receive();
      console.log(dump());
      quit.stop();
      clearTimeout(alive);
    `,
  });
  const { stdout } = await folder.deno(running("-A", "main.ts"));
  assertStringIncludes(
    stdout,
    "goroutine 2 [chan receive]:\nworker\n\tChannel (0 of 0 buffered)\ncreated by main in goroutine 1\n",
  );
});
