/**
 * A cache in front of a price service, as found in the wild: ordinary async code that knows nothing of this package. It
 * has passed its test for years, and now and then serves an old price until the entry expires.
 *
 * @module
 */

/** The service behind the cache. */
export interface PriceService {
  /** The price of an article, in cents. */
  read(article: string): Promise<number>;
  /** Sets it. */
  write(article: string, cents: number): Promise<void>;
}

interface Entry {
  readonly cents: number;
  readonly until: number;
}

/** PriceCache remembers prices for a while. */
export class PriceCache {
  readonly #service: PriceService;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<number>>();

  constructor(service: PriceService, ttlMs = 60_000) {
    this.#service = service;
    this.#ttlMs = ttlMs;
  }

  /** The price of an article. Callers who come while it is being loaded share one request. */
  async get(article: string): Promise<number> {
    const entry = this.#entries.get(article);
    if (entry !== undefined && Date.now() < entry.until) return entry.cents;
    let loading = this.#loading.get(article);
    if (loading === undefined) {
      loading = this.#load(article).finally(() => this.#loading.delete(article));
      this.#loading.set(article, loading);
    }
    return await loading;
  }

  async #load(article: string): Promise<number> {
    const cents = await this.#service.read(article);
    this.#entries.set(article, { cents, until: Date.now() + this.#ttlMs });
    return cents;
  }

  /** Sets the price of an article. */
  async set(article: string, cents: number): Promise<void> {
    await this.#service.write(article, cents);
    this.#entries.delete(article);
  }
}
