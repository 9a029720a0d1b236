import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { afterMacrotask, prepareDrain, StepLoop } from "./drain.ts";

/** How often `hop` ran before the second step. */
async function hopsAtDrain(start: (hop: () => void) => void): Promise<number> {
  await prepareDrain();
  return await new Promise((resolve) => {
    let hops = 0;
    let isStarted = false;
    const loop = new StepLoop(() => {
      if (isStarted) return resolve(hops);
      isStarted = true;
      loop.arm();
      start(() => {
        hops++;
      });
    });
    loop.arm();
  });
}

Deno.test("prepareDrain accepts this runtime", async () => {
  await prepareDrain();
});

Deno.test("prepareDrain tries out once what works: no probe is rejected for the next exploration", async () => {
  await prepareDrain();
  let rejections = 0;
  const count = (): void => {
    rejections++;
  };
  globalThis.addEventListener("unhandledrejection", count, { capture: true });
  try {
    await prepareDrain();
  } finally {
    globalThis.removeEventListener("unhandledrejection", count, { capture: true });
  }
  assertEquals(rejections, 0);
});

Deno.test("StepLoop takes a step once the microtask queue is empty, however long the chain", async () => {
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

Deno.test("StepLoop waits for nested async functions, async generators and streams", async () => {
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

Deno.test("StepLoop lets ticks go first that are there when the microtask queue is empty", async () => {
  const hops = await hopsAtDrain((hop) => {
    for (let i = 0; i < 10; i++) process.nextTick(hop);
    queueMicrotask(() => queueMicrotask(() => process.nextTick(hop)));
  });
  assertEquals(hops, 11);
});

Deno.test("StepLoop goes on before any macrotask, and each time it is armed", async () => {
  await prepareDrain();
  for (const usesTicks of [false, true]) {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      let left = 4;
      const loop = new StepLoop(() => {
        log.push("step");
        if (left === 4) {
          afterMacrotask(() => {
            log.push("macrotask");
            resolve();
          });
        }
        if (usesTicks) process.nextTick(() => {});
        if (--left > 0) loop.arm();
        loop.arm();
        if (left === 0) loop.disarm();
      });
      loop.arm();
      loop.arm();
    });
    assertEquals(log, ["step", "step", "step", "step", "macrotask"], `uses ticks: ${usesTicks}`);
  }
});

Deno.test("StepLoop settles once the platform has delivered a rejection, and takes no handled one for it", async () => {
  await prepareDrain();
  for (const usesTicks of [false, true]) {
    const log: string[] = [];
    const listener = (event: Event): void => {
      event.preventDefault();
      log.push(String((event as PromiseRejectionEvent).reason));
    };
    globalThis.addEventListener("unhandledrejection", listener);
    try {
      await new Promise<void>((resolve) => {
        let nth = 0;
        let handled: Promise<never>;
        const loop = new StepLoop(() => {
          if (usesTicks) process.nextTick(() => {});
          if (++nth === 1) {
            handled = Promise.reject("handled in a later step");
            void Promise.reject("handled by nobody");
          } else if (nth === 2) {
            handled.catch(() => {});
          } else {
            return loop.settle(() => {
              log.push("settled");
              resolve();
            });
          }
          loop.arm();
        });
        loop.arm();
      });
    } finally {
      globalThis.removeEventListener("unhandledrejection", listener);
    }
    assertEquals(log, ["handled by nobody", "settled"], `uses ticks: ${usesTicks}`);
  }
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
