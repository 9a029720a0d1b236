import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  background,
  CanceledError,
  DeadlineExceededError,
  go,
  now,
  sleep,
  withCancel,
  withValue,
} from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { fetchPage, type Latencies, requestId } from "./context_deadline_tree.ts";

const ctx = withValue(background(), requestId, "r");

/** What comes of it, after how long, and what was noted on the way. Everybody has stopped 1 ms later. */
async function outcome(latencies: Latencies) {
  const notes: string[] = [];
  const start = now();
  const page = await fetchPage(ctx, latencies, (line) => notes.push(line)).catch((error) => error);
  const tookMs = now() - start;
  await sleep(1);
  return { page, tookMs, notes: notes.sort() };
}

Deno.test("deadline tree: the cache answers in time, and the database is not asked", async () => {
  await explore(async () => {
    assertEquals(await outcome({ cacheMs: 9, replicaMs: [1] }), {
      page: "page from cache",
      tookMs: 9,
      notes: ["r: cache answers after 9 ms"],
    });
  }, { name: "cache in time", schedules: 100 });
});

Deno.test("deadline tree: the cache has 10 ms, then the quicker replica wins and the other one stops", async () => {
  await explore(async () => {
    assertEquals(await outcome({ cacheMs: 50, replicaMs: [40, 20] }), {
      page: "page from replica 1",
      tookMs: 30,
      notes: [
        "r: cache gives up after 10 ms: context deadline exceeded",
        "r: replica 0 gives up after 20 ms: context canceled",
        "r: replica 1 answers after 20 ms",
      ],
    });
  }, { name: "replica wins", schedules: 200 });
});

Deno.test("deadline tree: after 100 ms everything stops, at whatever depth", async () => {
  await explore(async () => {
    const { page, tookMs, notes } = await outcome({ cacheMs: 50, replicaMs: [500, 800] });
    assert(page instanceof DeadlineExceededError);
    assertEquals(tookMs, 100);
    assertEquals(notes.length, 3);
    assert(notes.every((note) => / gives up after (10|90) ms: context/.test(note)), notes.join());
  }, { name: "too late", schedules: 200 });
});

Deno.test("deadline tree: whenever the visitor leaves, it stops at once", async () => {
  await explore(async () => {
    const visitor = withCancel(background());
    const start = now();
    go(async () => {
      await sleep(25);
      visitor.cancel();
    });
    await assertRejects(
      () => fetchPage(visitor, { cacheMs: 50, replicaMs: [500] }, () => {}),
      CanceledError,
    );
    assertEquals(now() - start, 25);
    await sleep(0);
  }, { name: "visitor leaves", schedules: 200, afterMain: "run" });
});

const TOLD = [
  /^quick: page from cache$/m,
  /^usual: cache gives up after \d+ ms: context deadline exceeded$/m,
  /^usual: page from replica 1$/m,
  /^late: context deadline exceeded$/m,
  /^cancelled: Error: the visitor has left$/m,
];

Deno.test("deadline tree: the example tells what each service did", async () => {
  let text = "";
  const isAsTold = (): boolean => TOLD.every((line) => line.test(text));
  // It runs in real time: a machine that stands still for 60 ms makes the quick one late.
  for (let tries = 0; tries < 3 && !isAsTold(); tries++) {
    text = (await runExample("context_deadline_tree.ts")).join("\n");
  }
  for (const line of TOLD) assert(line.test(text), `${line} in\n${text}`);
});
