/**
 * JS-02: a free port that is not free any more (sindresorhus/get-port 23).
 *
 * A port is found to be free, and listened on later. Two who look at the same time find the same one.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

async function program(form: Form): Promise<void> {
  const used = new Set<number>();
  const network = wrap({
    probe: (port: number) => Promise.resolve(port),
    listen: (port: number) => {
      if (used.has(port)) return Promise.reject(new Error(`EADDRINUSE ${port}`));
      used.add(port);
      return Promise.resolve();
    },
  }, { points: "before" });

  const getPort = async () => {
    let port = 1;
    while (used.has(port)) port++;
    return await network.probe(port);
  };
  const serve = async () => network.listen(await getPort());

  let last = Promise.resolve();
  const serveInTurn = () => last = last.then(serve);
  const task = form === "buggy" ? serve : serveInTurn;
  await runTasks(task, task);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-02",
  name: "get-port 23",
  lesson: "check and act in two turns: a port is found, then taken",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "EADDRINUSE 1" },
  orders: { buggy: [18, 20], fixed: [0, 6] },
};
