/**
 * A web server that answers at once and writes its log behind the visitors' backs.
 *
 * The handler starts `go(logRequest)` and answers without waiting for it. A queue with room for a few entries leads to a
 * pool of workers that write them. Whoever wants the server to stop closes the `done` channel: the server stops
 * accepting, answers what is in flight, drains the queue, waits for the workers; then the log is complete.
 *
 * Run it with `deno run -A examples/web_server.ts`, which visits itself, or give it a port and stop it with Ctrl-C.
 *
 * @module
 */

import { background, Channel, go, type ReceiveChannel, WaitGroup } from "@interleave/go";
import { notifyContext } from "@interleave/go/platform";

export interface LogEntry {
  /** Requests are numbered from 1, in the order in which they came. */
  readonly id: number;
  readonly method: string;
  readonly path: string;
}

/** What answers. It need not know of the log. */
export type App = (request: Request) => Response | Promise<Response>;

/** What accepts requests: `Deno.serve`, or a stand-in. */
export interface Front {
  /** Stops accepting, and returns once all requests in flight are answered. */
  shutdown(): Promise<void>;
}

export interface ServiceOptions {
  readonly done: ReceiveChannel<never>;
  readonly app: App;
  /** Starts accepting requests. */
  readonly listen: (app: App) => Front;
  /** Writes an entry of the log. */
  readonly write: (entry: LogEntry) => void | Promise<void>;
  /** How many entries are written at a time at most. */
  readonly workers?: number;
  /** How many entries wait for a worker before those who log have to wait themselves. */
  readonly queueSize?: number;
}

/** Serves until `done` is closed. When it returns, every request is answered and every answer is in the log. */
export async function serveUntilDone(options: ServiceOptions): Promise<void> {
  const { done, app, listen, write, workers = 4, queueSize = 16 } = options;
  const queue = new Channel<LogEntry>(queueSize);
  const logging = new WaitGroup();

  let requests = 0;
  async function logRequest(entry: LogEntry): Promise<void> {
    await queue.send(entry); // waits while the queue is full; the visitor does not
    logging.done();
  }
  function handle(request: Request): Response | Promise<Response> {
    const { method, url } = request;
    const entry = { id: ++requests, method, path: new URL(url).pathname };
    logging.add(1); // before the goroutine starts, or shutdown could overtake it
    go(() => logRequest(entry));
    return app(request);
  }

  const front = listen(handle); // if that throws, nothing has been started yet
  const working = new WaitGroup();
  for (let i = 0; i < workers; i++) {
    working.go(async () => {
      for await (const entry of queue) await write(entry);
    }, `worker ${i}`);
  }

  await done.receive();
  await front.shutdown(); // from here on nobody is added to `logging`,
  await logging.wait(); //   from here on nobody sends,
  queue.close(); //          so nobody sends on a closed channel, and the workers' loops end once it is drained
  await working.wait();
}

/** Requests over the network. */
export function listenOnPort(
  port: number,
  onListen: (url: string) => void,
): ServiceOptions["listen"] {
  return (app) =>
    Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen: (address) => onListen(`http://127.0.0.1:${address.port}`),
    }, app);
}

async function visit(url: string): Promise<void> {
  for (const path of ["/", "/about", "/news"]) {
    const response = await fetch(url + path);
    console.log(`visitor: ${path} says ${JSON.stringify(await response.text())}`);
  }
}

if (import.meta.main) {
  const port = Number(Deno.args[0] ?? 0);
  const ctx = notifyContext(background(), "SIGINT", "SIGTERM"); // its `done` is closed by Ctrl-C
  let written = 0;
  await serveUntilDone({
    done: ctx.done,
    app: (request) => new Response(`Hello from ${new URL(request.url).pathname}`),
    listen: listenOnPort(port, (url) => {
      console.log(`listening on ${url}`);
      if (port === 0) go(() => visit(url).finally(() => ctx.cancel()));
    }),
    write: ({ id, method, path }) => {
      written++;
      console.log(`log: #${id} ${method} ${path}`);
    },
  });
  ctx.cancel();
  console.log(`stopped: ${written} requests in the log`);
}
