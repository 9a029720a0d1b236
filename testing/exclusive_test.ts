import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Folder, testing } from "./child_test.ts";
import { exclusively } from "./exclusive.ts";
import { Stack } from "./sites.ts";

Deno.test("exclusively runs one at a time, whatever becomes of it", async () => {
  const site = new Stack().top;
  const ends = [
    () => Promise.resolve("value"),
    () => Promise.reject(new Error("failed")),
    () => {
      throw new Error("thrown");
    },
  ];
  for (const end of ends) {
    const first = exclusively(site, async () => {
      await null;
      return await end();
    });
    const error = await assertRejects(() => exclusively(site, () => Promise.resolve()), Error);
    assertStringIncludes(error.message, `exclusive_test.ts:${site?.line}`);
    await first.catch(() => {});
    assertEquals(await exclusively(undefined, () => Promise.resolve("next")), "next");
  }
});

Deno.test("exclusively says so without a place, if there is none", async () => {
  const first = exclusively(undefined, () => Promise.resolve());
  const error = await assertRejects(() => exclusively(undefined, () => Promise.resolve()), Error);
  assertEquals(
    error.message,
    "Cannot explore: explore() is already running in this isolate; await it first",
  );
  await first;
});

const HANGING = `
import { Mutex, yieldNow, sleep } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";

Deno.test({
  name: "awaits its own promises for ever",
  timeout: 600,
  async fn() {
    await explore(async () => {
      await yieldNow();
      for (;;) await null;
    }, { externalTimeoutMs: 50 });
  },
});

NEXT

Deno.test("primitives work as ever, and nothing comes back", async () => {
  const mu = new Mutex();
  await mu.lock();
  mu.unlock();
  await sleep(300);
  console.log("in production too");
});
`;

const NEXT = `
Deno.test("next exploration", async () => {
  const { schedules, complete } = await explore(async () => {
    await yieldNow();
  });
  console.log("next:", schedules, complete);
});
`;

Deno.test("explore of a loop that never lets go is ended by the test's timeout, and the next tests run", async () => {
  using folder = new Folder({
    "hanging_test.ts": HANGING.replace("NEXT", NEXT),
    "alone_test.ts": HANGING.replace("NEXT", ""),
  });
  const hanging = await folder.deno(testing("hanging_test.ts"));
  assertEquals(hanging.code, 1);
  assertStringIncludes(hanging.stdout, "Test timed out after 600ms");
  assertStringIncludes(hanging.stdout, "next: 1 true");
  assertStringIncludes(hanging.stdout, "in production too");
  assertStringIncludes(hanging.stdout, "2 passed | 1 failed");
  // Without another exploration its schedule waits in vain, and must not be run again for a report.
  const alone = await folder.deno(testing("alone_test.ts"));
  assertStringIncludes(alone.stdout, "1 passed | 1 failed");
});
