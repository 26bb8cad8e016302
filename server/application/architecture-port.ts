/** What the Glass Box reads besides the store. */

/** Requests answered by this process since its start, by who answered them, and what is open now. */
export interface Traffic {
  api: number;
  pages: number;
  external: number;
  clients: number;
}

export interface GlassBox {
  /** The data file of the build; null when nothing was built here. */
  read(): Promise<unknown>;
  traffic(): Traffic;
}
