import { assert, assertEquals } from "@std/assert";
import {
  background,
  type CanceledError,
  go,
  now,
  sleep,
  withCancel,
  withTimeout,
} from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { type Report, runDaemon } from "./graceful_shutdown.ts";

function assertAccounted({ accepted, finished, abandoned }: Report): void {
  assertEquals(finished + abandoned, accepted, "every job that was accepted is accounted for");
}

Deno.test("graceful shutdown: what was accepted is finished if the grace period allows", async () => {
  await explore(async () => {
    const accepting = withTimeout(background(), 35);
    const start = now();
    const report = await runDaemon(accepting, {
      intervalMs: 10,
      work: (_job, ctx) => sleep(8, ctx),
      workers: 1,
      graceMs: 100,
    });
    assertEquals(report, { accepted: 3, finished: 3, abandoned: 0 });
    assertEquals(now() - start, 38, "the grace period is not used up");
  }, { name: "daemon", schedules: 200 });
});

Deno.test("graceful shutdown: after the grace period jobs are given up", async () => {
  await explore(async () => {
    const accepting = withTimeout(background(), 15);
    const start = now();
    const causes: unknown[] = [];
    const report = await runDaemon(accepting, {
      intervalMs: 10,
      work: (_job, ctx) =>
        sleep(10_000, ctx).catch((error) => {
          causes.push((error as CanceledError).cause);
          throw error;
        }),
      workers: 2,
      graceMs: 50,
    });
    assertEquals(report, { accepted: 1, finished: 0, abandoned: 1 });
    assertEquals(now() - start, 65);
    assertEquals((causes[0] as Error).message, "the grace period is over");
  }, { name: "daemon: grace", schedules: 200 });
});

Deno.test("graceful shutdown: whenever it is stopped, no job is lost, and nobody is left behind", async () => {
  const reports = new Set<string>();
  await explore(async () => {
    const accepting = withCancel(background());
    go(async () => {
      await sleep(20); // the same moment as the second job and the end of the first
      accepting.cancel();
    });
    const report = await runDaemon(accepting, {
      intervalMs: 10,
      work: (job, ctx) => sleep(job * 10, ctx),
      workers: 1,
      graceMs: 15,
    });
    assertAccounted(report);
    reports.add(JSON.stringify(report));
  }, { name: "daemon: stop", schedules: 1_000, seed: 1 });
  assert(reports.size > 1, `always ${[...reports]}`);
});

Deno.test("graceful shutdown: busy workers do not keep the daemon from stopping", async () => {
  await explore(async () => {
    const report = await runDaemon(withTimeout(background(), 25), {
      intervalMs: 10,
      work: (_job, ctx) => sleep(10_000, ctx),
      workers: 1,
      graceMs: 1,
    });
    assertEquals(report, { accepted: 1, finished: 0, abandoned: 1 });
  }, { name: "daemon: busy", schedules: 200 });
});

Deno.test({
  name: "graceful shutdown: SIGTERM stops the example, with every job accounted for",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-lock",
        "-q",
        new URL("./graceful_shutdown.ts", import.meta.url).href,
      ],
      stdin: "null",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    let text = "";
    let isTold = false;
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (isTold || !text.includes("the first job has come")) continue;
      isTold = true;
      child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 0);
    assert(text.includes("stopping: terminated signal received"), text);
    const counts = /stopped: (\d+) jobs, (\d+) finished, (\d+) abandoned\n$/.exec(text);
    assert(counts !== null, text);
    const [accepted = NaN, finished = NaN, abandoned = NaN] = counts.slice(1).map(Number);
    assertAccounted({ accepted, finished, abandoned });
    assert(accepted >= 1);
  },
});
