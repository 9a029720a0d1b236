/**
 * Rate limiting on both sides: a service that refuses who comes too often, and a client that never does.
 *
 * A limiter is a bucket of tokens: it holds a burst of them at most and is refilled at a steady rate. A service asks
 * `allow` and refuses at once; a client waits for its turn with `wait`, first come, first served, and is told at once if
 * its deadline comes before its turn.
 *
 * Run it with `deno run -A examples/rate_limiter.ts`.
 *
 * @module
 */

import {
  background,
  type Context,
  every,
  now,
  RateLimiter,
  WaitGroup,
  withTimeout,
} from "@interleave/go";

/** A service that answers 429 to a user who comes too often; each user has a bucket. */
export class Service {
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #perSecond: number;
  readonly #burst: number;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  answer(user: string): 200 | 429 {
    let limiter = this.#limiters.get(user);
    if (limiter === undefined) {
      limiter = new RateLimiter(this.#perSecond, this.#burst);
      this.#limiters.set(user, limiter);
    }
    return limiter.allow() ? 200 : 429;
  }
}

/** A client that keeps to the service's limit, whoever uses it. */
export class Client {
  readonly #service: Service;
  readonly #user: string;
  readonly #limiter: RateLimiter;

  constructor(service: Service, user: string, intervalMs: number, burst: number) {
    this.#service = service;
    this.#user = user;
    this.#limiter = new RateLimiter(every(intervalMs), burst);
  }

  /** Waits for its turn. Fails at once if that would be after the context's deadline. */
  async call(ctx: Context): Promise<200 | 429> {
    await this.#limiter.wait(1, ctx);
    return this.#service.answer(this.#user);
  }
}

if (import.meta.main) {
  const strict = new Service(1, 3); // one a second, three at once
  const impatient = Array.from({ length: 6 }, () => strict.answer("impatient"));
  console.log(`impatient: ${impatient.join(" ")}`);

  // The client asks for less than the service gives: what is evenly spaced when it leaves is not when it arrives.
  const service = new Service(50, 6);
  const client = new Client(service, "patient", 25, 3);
  const start = now();
  const calls = new WaitGroup();
  const answers: number[] = [];
  for (let i = 0; i < 6; i++) {
    calls.go(async () => {
      answers.push(await client.call(background()));
    });
  }
  await calls.wait();
  console.log(
    `patient: ${answers.join(" ")} after ${Math.floor((now() - start) / 10) * 10} ms or so`,
  );

  const slow = new Client(strict, "hasty", 1_000, 1);
  await slow.call(background());
  using ctx = withTimeout(background(), 5); // its turn would come in a second
  console.log(`hasty: ${await slow.call(ctx).catch((error) => error.message)}`);
}
