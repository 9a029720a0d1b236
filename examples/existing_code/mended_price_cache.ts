/**
 * The cache, mended: what was read before a price was set is not kept after it, and nobody who asks later is given it.
 *
 * @module
 */

import type { PriceService } from "./price_cache.ts";

interface Entry {
  readonly cents: number;
  readonly until: number;
}

/** PriceCache remembers prices for a while. */
export class PriceCache {
  readonly #service: PriceService;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry>();
  /** Counts what was set. */
  #version = 0;
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
      loading = this.#load(article).finally(() => {
        if (this.#loading.get(article) === loading) this.#loading.delete(article);
      });
      this.#loading.set(article, loading);
    }
    return await loading;
  }

  async #load(article: string): Promise<number> {
    const version = this.#version;
    const cents = await this.#service.read(article);
    if (version !== this.#version) return cents; // the price may have been set meanwhile
    this.#entries.set(article, { cents, until: Date.now() + this.#ttlMs });
    return cents;
  }

  /** Sets the price of an article. */
  async set(article: string, cents: number): Promise<void> {
    await this.#service.write(article, cents);
    this.#version++;
    this.#entries.delete(article);
    this.#loading.delete(article);
  }
}
