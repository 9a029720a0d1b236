/**
 * What the replaced globals cost outside of a schedule, beside the platform's own: measured in one process, in turns, the
 * harness being loaded after the originals were taken and put beside what takes their place, so that both are called in
 * the same way. `deno run -A testing/virtual_globals_bench.ts` prints nanoseconds, the ratio, and as noise the ratio of the
 * platform's own to itself.
 *
 * @module
 */

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** Keeps `object[name]` as `object.real_name` beside what will take its place. */
function keep(object: object, ...names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(object, `real_${name}`, { value: (object as Functions)[name] });
  }
}

/** The kept functions of an object. */
function kept(object: object): Functions {
  return object as Functions;
}

const { Temporal } = globalThis as unknown as { Temporal: { Now: object } };
const RealDate = Date;
keep(Date, "now");
keep(performance, "now");
keep(Math, "random");
keep(crypto, "getRandomValues", "randomUUID");
keep(AbortSignal, "timeout");
keep(Temporal.Now, "instant", "plainDateISO");
keep(Response.prototype, "text");
keep(SubtleCrypto.prototype, "digest");
keep(
  globalThis,
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
);
const { virtualTime } = await import("./mod.ts");
await virtualTime(() => {}); // afterwards nothing is as fast as in a process that has never explored

const real = kept(globalThis);
const Now = kept(Temporal.Now);
const bytes = new Uint8Array(16);
const ignore = (): void => {};

type Call = () => unknown;

/** Each pair: the platform's function, and what takes its place. */
const PAIRS: Readonly<Record<string, readonly [Call, Call]>> = {
  "Date.now()": [() => kept(RealDate).real_now!(), () => Date.now()],
  "new Date()": [() => new RealDate(), () => new Date()],
  "new Date(ms)": [() => new RealDate(7), () => new Date(7)],
  "Date()": [() => RealDate(), () => Date()],
  "performance.now()": [() => kept(performance).real_now!(), () => performance.now()],
  "Temporal.Now.instant()": [() => Now.real_instant!(), () => Now.instant!()],
  "Temporal.Now.plainDateISO()": [() => Now.real_plainDateISO!(), () => Now.plainDateISO!()],
  "Math.random()": [() => kept(Math).real_random!(), () => Math.random()],
  "crypto.getRandomValues()": [
    () => kept(crypto).real_getRandomValues!(bytes),
    () => crypto.getRandomValues(bytes),
  ],
  "crypto.randomUUID()": [() => kept(crypto).real_randomUUID!(), () => crypto.randomUUID()],
  "setTimeout, clearTimeout": [
    () => real.real_clearTimeout!(real.real_setTimeout!(ignore, 1_000)),
    () => clearTimeout(setTimeout(ignore, 1_000)),
  ],
  "setInterval, clearInterval": [
    () => real.real_clearInterval!(real.real_setInterval!(ignore, 1_000)),
    () => clearInterval(setInterval(ignore, 1_000)),
  ],
  "setImmediate, clearImmediate": [
    () => real.real_clearImmediate!(real.real_setImmediate!(ignore)),
    () => clearImmediate(setImmediate(ignore)),
  ],
  "AbortSignal.timeout()": [
    () => kept(AbortSignal).real_timeout!(1),
    () => AbortSignal.timeout(1),
  ],
};

/** The same for functions that are waited for, called one after the other. */
const WAITED_FOR: typeof PAIRS = {
  "setTimeout, fired": [
    () => new Promise<void>((resolve) => real.real_setTimeout!(resolve, 0)),
    () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
  ],
  "setImmediate, run": [
    () => new Promise<void>((resolve) => real.real_setImmediate!(resolve)),
    () => new Promise<void>((resolve) => setImmediate(resolve)),
  ],
  "Response.text()": [
    () => kept(new Response("text")).real_text!(),
    () => new Response("text").text(),
  ],
  "crypto.subtle.digest()": [
    () => kept(crypto.subtle).real_digest!("SHA-1", bytes),
    () => crypto.subtle.digest("SHA-1", bytes),
  ],
};

const { now } = { now: (): number => Number(kept(performance).real_now!()) };

/** Nanoseconds per call. */
function measure(call: Call, calls: number): number {
  const started = now();
  for (let i = 0; i < calls; i++) call();
  return (now() - started) * 1e6 / calls;
}

/** Nanoseconds per call that is waited for. */
async function measureWaits(call: Call, calls: number): Promise<number> {
  const started = now();
  for (let i = 0; i < calls; i++) await call();
  return (now() - started) * 1e6 / calls;
}

/** The lowest of many rounds in turns: the platform's, ours, the platform's again. */
async function compare(
  name: string,
  [own, replaced]: readonly [Call, Call],
  measure: (call: Call, calls: number) => number | Promise<number>,
  rounds: number,
  calls: number,
): Promise<void> {
  const best: [number, number, number] = [Infinity, Infinity, Infinity];
  const contenders = [own, replaced, own];
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (round + turn) % contenders.length; // nobody is always behind the same one
      const ns = await measure(contenders[i] as Call, calls);
      best[i] = Math.min(best[i] as number, ns);
    }
  }
  const [first, ours, again] = best;
  const column = (text: string): string => text.padStart(9);
  console.log(
    name.padEnd(30) + column(`${first.toFixed(0)} ns`) + column(`${ours.toFixed(0)} ns`) +
      column((ours / Math.min(first, again)).toFixed(2)) + column((again / first).toFixed(2)),
  );
}

console.log(`${"".padEnd(30)}     real replaced    ratio    noise`);
for (const [name, pair] of Object.entries(PAIRS)) await compare(name, pair, measure, 40, 2_000);
for (const [name, pair] of Object.entries(WAITED_FOR)) {
  const isSlow = name === "setTimeout, fired";
  await compare(name, pair, measureWaits, isSlow ? 10 : 40, isSlow ? 20 : 200);
}

export {};
