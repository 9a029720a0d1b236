/**
 * A crawler: goroutines that start goroutines, at most so many requests at a time, and the first error stops all of them.
 *
 * The limit is on requests, by a semaphore, and not on goroutines (`group.setLimit`): a goroutine that starts others while
 * it holds a place in the group waits for a place itself, and once all do, nobody moves. The test shows that.
 *
 * Run it with `deno run -A examples/errgroup_crawler.ts`.
 *
 * @module
 */

import { background, type Context, ErrGroup, Semaphore, sleep } from "@interleave/go";

/** Fetches a page and returns where it links to. */
export type FetchLinks = (path: string, ctx: Context) => Promise<readonly string[]>;

/** Visits every page that can be reached from `start`, each once. Throws the first error, once everybody has stopped. */
export async function crawl(
  parent: Context,
  start: string,
  fetchLinks: FetchLinks,
  requestsAtOnce: number,
): Promise<Set<string>> {
  const { group, ctx } = ErrGroup.withContext(parent);
  const requests = new Semaphore(requestsAtOnce);
  const seen = new Set<string>();

  async function visit(path: string): Promise<void> {
    const links = await requests.withPermit(() => fetchLinks(path, ctx), ctx);
    for (const link of links) await visitOnce(link);
  }
  async function visitOnce(path: string): Promise<void> {
    // No await between the question and the answer, so nobody else can come in between.
    if (seen.has(path)) return;
    seen.add(path);
    await group.go(() => visit(path), path);
  }

  await visitOnce(start);
  await group.wait();
  return seen;
}

/** A site in memory. A page that links to itself, a cycle and a dead end are in it. */
export const SITE: Readonly<Record<string, readonly string[]>> = {
  "/": ["/", "/docs", "/blog"],
  "/docs": ["/docs/channels", "/docs/select", "/"],
  "/docs/channels": ["/docs/select"],
  "/docs/select": ["/docs/channels"],
  "/blog": ["/blog/1", "/blog/2"],
  "/blog/1": ["/blog/2", "/docs"],
  "/blog/2": [],
};

/** Fetches from a site in memory; says which pages, and how many at a time. */
export function fetcher(
  site: typeof SITE,
  delayMs: number,
  note: (line: string) => void,
): FetchLinks {
  let active = 0;
  return async (path, ctx) => {
    note(`${path} (${++active} at a time)`);
    try {
      await sleep(delayMs, ctx);
    } finally {
      active--;
    }
    const links = site[path];
    if (links === undefined) throw new Error(`404 for ${path}`);
    return links;
  };
}

if (import.meta.main) {
  const pages = await crawl(background(), "/", fetcher(SITE, 10, console.log), 2);
  console.log(`${pages.size} pages: ${[...pages].sort().join(" ")}\n`);

  const broken = { ...SITE, "/blog": ["/blog/1", "/missing"] };
  const outcome = await crawl(background(), "/", fetcher(broken, 10, () => {}), 2)
    .then((pages) => `${pages.size} pages`, (error) => error.message);
  console.log(`with a broken link: ${outcome}`);
}
