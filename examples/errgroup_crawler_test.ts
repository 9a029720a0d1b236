import { assert, assertEquals, assertRejects } from "@std/assert";
import { background, CanceledError, ErrGroup, go, withCancel, yieldNow } from "@interleave/go";
import { explore, ScheduleError } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { crawl, fetcher, type FetchLinks, SITE } from "./errgroup_crawler.ts";

/** Small enough for many schedules, with a cycle and two ways to one page. */
const SMALL: typeof SITE = { "/": ["/a", "/b"], "/a": ["/c"], "/b": ["/c", "/"], "/c": ["/a"] };

Deno.test("crawler: visits every page once, with at most as many requests as allowed, in every order", async () => {
  const most = new Set<number>();
  await explore(async () => {
    const fetched: string[] = [];
    let active = 0, peak = 0;
    const fetchLinks: FetchLinks = async (path) => {
      fetched.push(path);
      peak = Math.max(peak, ++active);
      await yieldNow();
      active--;
      return SMALL[path] ?? [];
    };
    const seen = await crawl(background(), "/", fetchLinks, 2);
    assertEquals([...seen].sort(), ["/", "/a", "/b", "/c"]);
    assertEquals(fetched.sort(), ["/", "/a", "/b", "/c"]);
    assert(peak <= 2, `${peak} requests at a time`);
    most.add(peak);
  }, { name: "crawler", schedules: 500 });
  assert(most.has(2), "both permits are used");
});

Deno.test("crawler: the first error stops everybody, and comes out", async () => {
  await explore(async () => {
    let active = 0;
    const fetchLinks: FetchLinks = async (path, ctx) => {
      active++;
      try {
        if (path === "/b") throw new Error("404 for /b");
        if (path === "/a") await ctx.done.receive(); // for ever, unless it is stopped
      } finally {
        active--;
      }
      return SMALL[path] ?? [];
    };
    await assertRejects(() => crawl(background(), "/", fetchLinks, 3), Error, "404 for /b");
    assertEquals(active, 0);
  }, { name: "crawler: error", schedules: 500 });
});

Deno.test("crawler: whenever it is canceled, it ends, and nobody is left behind", async () => {
  await explore(async () => {
    const ctx = withCancel(background());
    go(() => ctx.cancel());
    const outcome = await crawl(ctx, "/", fetcher(SMALL, 1, () => {}), 2).catch((error) => error);
    assert(outcome instanceof CanceledError, `${outcome}`);
  }, { name: "crawler: canceled", schedules: 300 });
});

Deno.test("crawler: with a limit on the goroutines instead, all can wait for a place of each other", async () => {
  const error = await assertRejects(
    () =>
      explore(async () => {
        const group = new ErrGroup();
        group.setLimit(2);
        const seen = new Set<string>();
        const visit = async (path: string) => {
          for (const link of SMALL[path] ?? []) {
            if (seen.has(link)) continue;
            seen.add(link);
            await group.go(() => visit(link), link);
          }
        };
        await group.go(() => visit("/"), "/");
        await group.wait();
      }, { name: "crawler: limited group" }),
    ScheduleError,
  );
  assertEquals(error.kind, "deadlock");
});

Deno.test("crawler: the example finds seven pages, and the broken link", async () => {
  const lines = await runExample("errgroup_crawler.ts");
  const fetched = lines.filter((line) => line.endsWith(" at a time)"));
  assertEquals(fetched.map((line) => line.split(" ")[0]).sort(), Object.keys(SITE).sort());
  assert(fetched.every((line) => /\([12] at a time\)$/.test(line)), fetched.join("\n"));
  assertEquals(
    lines.filter((line) => line.includes("pages:"))[0],
    `7 pages: ${Object.keys(SITE).sort().join(" ")}`,
  );
  assertEquals(lines.at(-1), "with a broken link: 404 for /missing");
});
