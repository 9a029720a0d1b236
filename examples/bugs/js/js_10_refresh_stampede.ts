/**
 * JS-10: two refreshes with one token (openfga/js-sdk 332; firebase/firebase-admin-node PR 2648).
 *
 * A client without an access token gets one for its refresh token, which is good for one request. Two callers who find
 * none both ask, and the second is refused.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

class Server {
  requests = 0;
  readonly #network = wrap({
    answer: (isValid: boolean) =>
      isValid ? Promise.resolve("token") : Promise.reject(new Error("invalid_grant")),
  }, { points: "before" });

  /** Decides when the request is sent. */
  refresh(): Promise<string> {
    this.requests += 1;
    return this.#network.answer(this.requests === 1);
  }
}

class Client {
  #token: string | undefined;
  #refreshing: Promise<string> | undefined;

  constructor(readonly server: Server, readonly form: Form) {}

  async get(): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    if (this.form === "buggy") return this.#token = await this.server.refresh();
    this.#refreshing ??= this.server.refresh();
    return this.#token = await this.#refreshing;
  }
}

async function program(form: Form): Promise<void> {
  const server = new Server();
  const client = new Client(server, form);
  const use = async () => {
    await client.get();
  };
  await runTasks(use, use);
  if (server.requests !== 1) throw new Error(`${server.requests} requests, expected 1`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-10",
  name: "openfga js-sdk 332",
  lesson: "check and act in two turns: there is no token, so get one",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "invalid_grant" },
  orders: { buggy: [4, 6], fixed: [0, 4] },
};
