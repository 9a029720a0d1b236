import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, go, WaitGroup, yieldNow } from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { type App, type Front, listenOnPort, type LogEntry, serveUntilDone } from "./web_server.ts";
import { runExample } from "../tools/run_example.ts";

/** Calls `visit` with 0 to `count` - 1, `atOnce` of them at a time. */
async function visitAll(
  count: number,
  atOnce: number,
  visit: (i: number) => Promise<void>,
): Promise<void> {
  const wg = new WaitGroup();
  let next = 0;
  for (let client = 0; client < atOnce; client++) {
    wg.go(async () => {
      while (next < count) await visit(next++);
    });
  }
  await wg.wait();
}

/** A service on a free port of this machine. */
async function start(
  app: App,
  write: (entry: LogEntry) => void | Promise<void>,
  atShutdown: () => void = () => {},
) {
  const done = new Channel<never>();
  const listening = new Channel<string>(1);
  const ended = serveUntilDone({
    done,
    app,
    write,
    listen: (handle) => {
      const front = listenOnPort(0, (url) => listening.trySend(url))(handle);
      return {
        shutdown() {
          const closing = front.shutdown();
          atShutdown();
          return closing;
        },
      };
    },
  });
  const url = await listening.receive();
  assert(url !== undefined);
  return { url, done, ended };
}

function assertComplete(log: readonly LogEntry[], paths: readonly string[]): void {
  const ids = log.map(({ id }) => id).sort((a, b) => a - b);
  assertEquals(ids, paths.map((_, i) => i + 1), "every number once");
  assertEquals(log.map(({ path }) => path).sort(), [...paths].sort(), "every path once");
}

Deno.test("web server: 500 visitors over loopback, all answered, all in the log once", async () => {
  const log: LogEntry[] = [];
  const { url, done, ended } = await start(
    (request) => new Response(new URL(request.url).pathname),
    async (entry) => {
      await yieldNow();
      log.push(entry);
    },
  );
  const answers: string[] = [];
  await visitAll(500, 50, async (i) => {
    const response = await fetch(`${url}/page/${i}`);
    assertEquals(response.status, 200);
    answers.push(await response.text());
  });
  done.close();
  await ended;
  const paths = Array.from({ length: 500 }, (_, i) => `/page/${i}`);
  assertEquals(answers.sort(), [...paths].sort());
  assertComplete(log, paths);
});

Deno.test("web server: requests in flight at the shutdown are answered and logged, later ones refused", async () => {
  const log: LogEntry[] = [];
  const inFlight = new WaitGroup();
  inFlight.add(20);
  const gate = new Channel<never>();
  const { url, done, ended } = await start(
    async (request) => {
      inFlight.done();
      await gate.receive();
      return new Response(new URL(request.url).pathname);
    },
    (entry) => {
      log.push(entry);
    },
    () => gate.close(), // the server has stopped accepting, and nobody has been answered yet
  );
  const answers: string[] = [];
  const visiting = visitAll(20, 20, async (i) => {
    answers.push(await (await fetch(`${url}/${i}`)).text());
  });
  await inFlight.wait();
  assertEquals(answers, []);
  done.close();
  await ended;
  await visiting;
  assertComplete(log, answers);
  assertEquals(answers.length, 20);
  await assertRejects(() => fetch(url), TypeError);
});

Deno.test("web server: visitors do not wait for the log, not even when its queue is full", async () => {
  const log: LogEntry[] = [];
  const disk = new Channel<never>();
  const { url, done, ended } = await start(() => new Response("hello"), async (entry) => {
    await disk.receive();
    log.push(entry);
  });
  await visitAll(60, 10, async () => {
    assertEquals(await (await fetch(url)).text(), "hello");
  });
  assertEquals(
    log,
    [],
    "4 entries with the workers, 16 in the queue, 40 in goroutines that wait to send",
  );
  done.close();
  disk.close();
  await ended;
  assertComplete(log, Array(60).fill("/"));
});

/** Accepts requests without a network. */
class FakeFront implements Front {
  readonly #app: App;
  readonly #inFlight = new WaitGroup();
  #accepting = true;

  constructor(app: App) {
    this.#app = app;
  }

  async visit(path: string): Promise<boolean> {
    if (!this.#accepting) return false;
    this.#inFlight.add(1);
    const response = await this.#app(new Request(`http://localhost${path}`));
    this.#inFlight.done();
    return response.ok;
  }

  async shutdown(): Promise<void> {
    this.#accepting = false;
    await this.#inFlight.wait();
  }
}

Deno.test("web server: whenever it is stopped, in whatever order, what is answered is logged once", async () => {
  await explore(async () => {
    const done = new Channel<never>();
    const log: LogEntry[] = [];
    const answered: string[] = [];
    let front: FakeFront | undefined;
    const visitors = new WaitGroup();
    go(() => done.close());
    await serveUntilDone({
      done,
      app: async () => {
        await yieldNow();
        return new Response();
      },
      listen: (app) => {
        const fake = front = new FakeFront(app);
        for (const path of ["/a", "/b", "/c"]) {
          visitors.go(async () => {
            if (await fake.visit(path)) answered.push(path);
          });
        }
        return front;
      },
      write: async (entry) => {
        await yieldNow();
        log.push(entry);
      },
      workers: 2,
      queueSize: 1,
    });
    assertComplete(log, log.map(({ path }) => path));
    const logged = log.length;
    await visitors.wait();
    assertEquals(await front?.visit("/late"), false);
    assertEquals(log.map(({ path }) => path).sort(), answered.sort());
    assertEquals(log.length, logged, "the log was complete when the service ended");
  }, { name: "web server: shutdown", schedules: 1_000 });
});

Deno.test("web server: a port that is taken starts nothing", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await assertRejects(() =>
    serveUntilDone({
      done: new Channel<never>(),
      app: () => new Response(),
      write: () => {},
      listen: listenOnPort(taken.addr.port, () => {}),
    }), Deno.errors.AddrInUse);
});

Deno.test("web server: the example visits itself and ends with a complete log", async () => {
  const lines = await runExample("web_server.ts");
  assertEquals(lines.filter((line) => line.startsWith("visitor:")), [
    'visitor: / says "Hello from /"',
    'visitor: /about says "Hello from /about"',
    'visitor: /news says "Hello from /news"',
  ]);
  assertEquals(lines.filter((line) => line.startsWith("log:")).sort(), [
    "log: #1 GET /",
    "log: #2 GET /about",
    "log: #3 GET /news",
  ]);
  assertEquals(lines.at(-1), "stopped: 3 requests in the log");
});

Deno.test({
  name: "web server: Ctrl-C stops the example, and what was answered is in its log",
  ignore: Deno.build.os === "windows",
  async fn() {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr;
    probe.close();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-lock",
        "-q",
        new URL("./web_server.ts", import.meta.url).href,
        `${port}`,
      ],
      stdin: "null",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (!chunk.startsWith("listening on ")) continue;
      const response = await fetch(`http://127.0.0.1:${port}/page`);
      assertEquals(await response.text(), "Hello from /page");
      child.kill("SIGINT");
    }
    assertEquals((await child.status).code, 0);
    assertEquals(text.split("\n").slice(1, 3), [
      "log: #1 GET /page",
      "stopped: 1 requests in the log",
    ]);
  },
});
