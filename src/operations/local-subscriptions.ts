interface Dependencies {
  /** Tells of changed resources until it is left. */
  listen: (hear: (uri: string) => void) => () => void;
  tell: (uri: string) => void;
}

/** What the client of one connection wants to be told of: nothing is looked at while that is nothing. */
export class LocalSubscriptions {
  readonly #dependencies: Dependencies;
  readonly #uris = new Set<string>();
  #leave: (() => void) | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async add(uri: string): Promise<void> {
    const { listen, tell } = this.#dependencies;
    this.#uris.add(uri);
    this.#leave ??= listen((changed) => {
      if (this.#uris.has(changed)) tell(changed);
    });
  }

  async remove(uri: string): Promise<void> {
    if (this.#uris.delete(uri) && this.#uris.size === 0) this.close();
  }

  close(): void {
    this.#uris.clear();
    this.#leave?.();
    this.#leave = null;
  }
}
