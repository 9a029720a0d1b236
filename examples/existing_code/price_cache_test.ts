import { assert, assertEquals } from "@std/assert";
import { explore, ScheduleError, virtualTime, wrap } from "@interleave/go/testing";
import { PriceCache as MendedPriceCache } from "./mended_price_cache.ts";
import { PriceCache, type PriceService } from "./price_cache.ts";

/** A fake of the service. */
class FakeService implements PriceService {
  readonly #prices = new Map([["tea", 250]]);
  reads = 0;

  read(article: string): Promise<number> {
    this.reads++;
    return Promise.resolve(this.#prices.get(article) ?? 0);
  }

  write(article: string, cents: number): Promise<void> {
    this.#prices.set(article, cents);
    return Promise.resolve();
  }
}

type Cache = Pick<PriceCache, "get" | "set">;

/** Somebody asks for a price while somebody else sets it. Whoever asks afterwards must be told the new one. */
async function askWhileSetting(
  Cache: new (service: PriceService) => Cache,
  service: PriceService,
): Promise<void> {
  const cache = new Cache(service);
  await Promise.all([cache.get("tea"), cache.set("tea", 300)]);
  assertEquals(await cache.get("tea"), 300);
}

Deno.test("PriceCache: a price that was set is served (the old test, which passes)", async () => {
  await askWhileSetting(PriceCache, new FakeService());
});

Deno.test("PriceCache: explored, the old price is served after it was set", async () => {
  const error = await explore(
    () => askWhileSetting(PriceCache, wrap(new FakeService(), { only: ["read", "write"] })),
  ).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError);
  assertEquals(error.kind, "race");
  assert(error.message.includes("read(") && error.message.includes("write("));
});

Deno.test("PriceCache, mended: the new price is served in every order", async () => {
  await explore(
    () => askWhileSetting(MendedPriceCache, wrap(new FakeService(), { only: ["read", "write"] })),
    { strategy: "exhaustive", mustComplete: true },
  );
});

Deno.test("PriceCache loads once for all who ask, and again after a minute of virtual time", async () => {
  for (const Cache of [PriceCache, MendedPriceCache]) {
    const service = new FakeService();
    await virtualTime(async () => {
      const cache = new Cache(service);
      assertEquals(await Promise.all([cache.get("tea"), cache.get("tea")]), [250, 250]);
      await new Promise((resolve) => setTimeout(resolve, 59_999));
      await cache.get("tea");
      assertEquals(service.reads, 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await cache.get("tea");
      assertEquals(service.reads, 2);
    });
  }
});
