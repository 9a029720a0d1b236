import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const MOD = JSON.stringify(import.meta.resolve("../mod.ts"));

/** Runs `code` in a process of its own, which must end by itself. */
async function run(code: string, ...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", ...args, code],
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code: status, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { status, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** A program whose goroutines keep the thread busy until a platform timer has fired. */
const BUSY_UNTIL_TIMER = `
  const { Channel, go, sleep } = await import(${MOD});
  const there = new Channel(), back = new Channel();
  let stopped = false;
  go(async () => { for await (const n of there) await back.send(n); });
  setTimeout(() => stopped = true, 5);
  let rounds = 0;
  while (!stopped) { await there.send(rounds++); await back.receive(); }
  there.close();
  await sleep(5);
  console.log(rounds > 0 ? "served" : "idle");
`;

Deno.test("Turns: the package touches no timer, port or job queue when it is imported", async () => {
  const { status, stdout, stderr } = await run(`
    const names = ["setImmediate", "setTimeout", "setInterval", "MessageChannel", "queueMicrotask"];
    const touched = [];
    for (const name of names) {
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); } });
    }
    const mod = await import(${MOD});
    console.log(JSON.stringify(touched), typeof mod.go);
  `);
  assertEquals([status, stdout, stderr], [0, "[] function\n", ""]);
});

const PLATFORMS: Record<string, string> = {
  "setImmediate": "",
  "MessageChannel, as in browsers": "delete globalThis.setImmediate;",
  "setTimeout alone": "delete globalThis.setImmediate; delete globalThis.MessageChannel;",
};

for (const [platform, remove] of Object.entries(PLATFORMS)) {
  Deno.test(`Turns: with ${platform}, timers fire, and the process ends by itself`, {
    timeout: 60_000,
  }, async () => {
    const { status, stdout, stderr } = await run(
      `${remove} const had = [typeof setImmediate, typeof MessageChannel];` + BUSY_UNTIL_TIMER +
        "console.log(had.join());",
    );
    const left = [
      remove.includes("setImmediate") ? "undefined" : "function",
      remove.includes("MessageChannel") ? "undefined" : "function",
    ];
    assertEquals([status, stdout, stderr], [0, `served\n${left}\n`, ""]);
  });
}

Deno.test(
  "Turns: message ports leave nothing behind for the sanitizers",
  { timeout: 60_000 },
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      const file = `${directory}/port_test.ts`;
      await Deno.writeTextFile(
        file,
        `delete globalThis.setImmediate; Deno.test("busy", async () => { ${BUSY_UNTIL_TIMER} });`,
      );
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "test",
          "-A",
          "--no-check",
          "--no-config",
          "--no-lock",
          "--sanitize-ops",
          "--sanitize-resources",
          file,
        ],
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert(success, output);
      assertStringIncludes(output, "1 passed");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("A process lives as long as a sleep, and no longer", async () => {
  const { status, stdout } = await run(`
    const { go, sleep } = await import(${MOD});
    go(async () => { await sleep(20); console.log("slept"); });
  `);
  assertEquals([status, stdout], [0, "slept\n"]);
});

Deno.test("A process does not live for a sleep that was given up, nor for one that never ends", {
  timeout: 60_000,
}, async () => {
  const { status, stdout } = await run(`
    const { go, sleep } = await import(${MOD});
    const controller = new AbortController();
    for (let i = 0; i < 20; i++) {
      go(() => sleep(3_600_000, { signal: controller.signal }).catch(() => console.log("given up")));
    }
    go(async () => { await sleep(1); controller.abort(); });
    go(() => sleep(Infinity));
  `);
  assertEquals([status, stdout], [0, "given up\n".repeat(20)]);
});
