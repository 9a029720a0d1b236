/**
 * What goroutines, yielding and sleeping cost. An iteration is {@linkcode COUNT} of them unless its name says otherwise,
 * so a time in microseconds per iteration is nanoseconds each.
 *
 * @module
 */

import { go, sleep, WaitGroup, yieldNow } from "../mod.ts";

const COUNT = 1000;

Deno.bench({
  name: "await of a resolved promise",
  group: "yield",
  baseline: true,
  async fn() {
    const done = Promise.resolve();
    for (let i = 0; i < COUNT; i++) await done;
  },
});

Deno.bench({
  name: "yieldNow",
  group: "yield",
  async fn() {
    for (let i = 0; i < COUNT; i++) await yieldNow();
  },
});

Deno.bench({
  name: "async functions and Promise.all",
  group: "spawn and join",
  baseline: true,
  async fn() {
    let ended = 0;
    const body = async () => {
      await undefined;
      ended++;
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < COUNT; i++) all.push(body());
    await Promise.all(all);
    if (ended !== COUNT) throw new Error("somebody is missing");
  },
});

Deno.bench({
  name: "WaitGroup.go of async functions",
  group: "spawn and join",
  async fn() {
    const wg = new WaitGroup();
    let ended = 0;
    for (let i = 0; i < COUNT; i++) {
      wg.go(async () => {
        await undefined;
        ended++;
      });
    }
    await wg.wait();
    if (ended !== COUNT) throw new Error("somebody is missing");
  },
});

Deno.bench({
  name: "WaitGroup.go of plain functions",
  group: "spawn and join",
  async fn() {
    const wg = new WaitGroup();
    let ended = 0;
    for (let i = 0; i < COUNT; i++) wg.go(() => void ended++);
    await wg.wait();
    if (ended !== COUNT) throw new Error("somebody is missing");
  },
});

Deno.bench({
  name: "go of plain functions",
  group: "spawn and join",
  async fn() {
    let ended = 0;
    for (let i = 0; i < COUNT; i++) go(() => void ended++);
    while (ended < COUNT) await yieldNow();
  },
});

const SLEEPERS = 100_000;
/** Spread over 20 ms, in no particular order. */
const delayOf = (index: number) => 1 + (index * 7919) % 20;

Deno.bench({
  name: "setTimeout, 100,000 at once",
  group: "sleep",
  // Each takes a third of a second.
  n: 5,
  warmup: 2,
  baseline: true,
  async fn() {
    const all: Promise<void>[] = [];
    for (let i = 0; i < SLEEPERS; i++) {
      all.push(new Promise((resolve) => setTimeout(resolve, delayOf(i))));
    }
    await Promise.all(all);
  },
});

Deno.bench({
  name: "sleep, 100,000 at once",
  group: "sleep",
  // Each takes a third of a second.
  n: 5,
  warmup: 2,
  async fn() {
    const all: Promise<void>[] = [];
    for (let i = 0; i < SLEEPERS; i++) all.push(sleep(delayOf(i)));
    await Promise.all(all);
  },
});
