import { assert, assertEquals } from "@std/assert";
import { afterMacrotask, checkDrain, whenDrained } from "./drain.ts";

/** How often `hop` ran before the callback of whenDrained. */
function hopsAtDrain(start: (hop: () => void) => void): Promise<number> {
  return new Promise((resolve) => {
    let hops = 0;
    const arm = whenDrained(() => resolve(hops));
    // As the explorer does: from a tick, which is where steps begin.
    queueMicrotask(() => {
      arm();
      start(() => {
        hops++;
      });
    });
  });
}

Deno.test("checkDrain accepts this runtime", async () => {
  await checkDrain();
});

Deno.test("whenDrained calls back once the microtask queue is empty, however long the chain", async () => {
  for (const length of [0, 1, 10, 1_000, 20_000]) {
    const hops = await hopsAtDrain((hop) => {
      let left = length;
      const next = (): void => {
        if (left-- === 0) return;
        hop();
        queueMicrotask(next);
      };
      next();
    });
    assertEquals(hops, length);
  }
});

Deno.test("whenDrained waits for nested async functions, async generators and streams", async () => {
  const hops = await hopsAtDrain((hop) => {
    const nested = async (depth: number): Promise<void> => {
      if (depth > 0) await nested(depth - 1);
      hop();
    };
    async function* numbers(): AsyncGenerator<number> {
      for (let i = 0; i < 100; i++) yield i;
    }
    void nested(99);
    void (async () => {
      for await (const _ of numbers()) hop();
    })();
    const stream = new ReadableStream<number>({
      start(controller) {
        for (let i = 0; i < 100; i++) controller.enqueue(i);
        controller.close();
      },
    });
    void (async () => {
      for await (const _ of stream) hop();
    })();
  });
  assertEquals(hops, 300);
});

Deno.test("whenDrained calls back before any macrotask, and each time it is armed", async () => {
  const log: string[] = [];
  await new Promise<void>((resolve) => {
    let left = 3;
    const arm = whenDrained(() => {
      log.push("drained");
      if (--left > 0) arm();
    });
    afterMacrotask(() => {
      log.push("macrotask");
      resolve();
    });
    arm();
  });
  assertEquals(log, ["drained", "drained", "drained", "macrotask"]);
});

Deno.test("afterMacrotask lets the platform deliver a rejection first", async () => {
  const log: string[] = [];
  const listener = (event: Event): void => {
    event.preventDefault();
    log.push("rejection");
  };
  globalThis.addEventListener("unhandledrejection", listener);
  try {
    void Promise.reject(new Error("x"));
    await new Promise<void>((resolve) =>
      afterMacrotask(() => {
        log.push("macrotask");
        resolve();
      })
    );
  } finally {
    globalThis.removeEventListener("unhandledrejection", listener);
  }
  assertEquals(log, ["rejection", "macrotask"]);
  assert(log.length === 2);
});
