interface Entry<M> {
  readonly model: Promise<M>;
  readonly holders: Set<object>;
  readonly running: Set<Promise<unknown>>;
}

/**
 * Models that are loaded once per process and used by many functions. A model is loaded when it is first used, and unloaded
 * when the last function that used it lets go. A model that did not load is not kept: the next use tries again.
 */
export class SharedModels<M> {
  readonly #entries = new Map<string, Entry<M>>();
  readonly #unload: (model: M) => Promise<unknown>;

  /** `unload` is called once no function uses a model any more. */
  constructor(unload: (model: M) => Promise<unknown>) {
    this.#unload = unload;
  }

  /** Works with the model of this key for this holder; loads it if it is not there. */
  async use<T>(
    key: string,
    holder: object,
    load: () => Promise<M>,
    work: (model: M) => Promise<T>,
  ): Promise<T> {
    const entry = this.#entries.get(key) ?? this.#add(key, load);
    entry.holders.add(holder);
    const running = entry.model.then(work);
    entry.running.add(running);
    try {
      return await running;
    } finally {
      entry.running.delete(running);
    }
  }

  /** Lets go of a model. Work that goes on is waited for. */
  async release(key: string, holder: object): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined || !entry.holders.delete(holder) || entry.holders.size > 0) return;
    this.#entries.delete(key);
    await Promise.allSettled(entry.running);
    const loaded = await entry.model.catch(() => undefined);
    if (loaded !== undefined) await this.#unload(loaded);
  }

  /** How many models are loaded. */
  get size(): number {
    return this.#entries.size;
  }

  #add(key: string, load: () => Promise<M>): Entry<M> {
    const entry: Entry<M> = { model: load(), holders: new Set(), running: new Set() };
    this.#entries.set(key, entry);
    entry.model.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry;
  }
}
