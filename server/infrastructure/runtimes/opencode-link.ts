import type { OpenCodeAddress } from './opencode-process.ts';

/** An address that is valid for one process only; `generation` changes with every new one. */
export interface RuntimeClient extends OpenCodeAddress {
  generation: number;
}

/** The way to one OpenCode, whoever keeps it running. */
export interface RuntimeLink {
  /** Null while there is nobody to talk to. */
  client(): RuntimeClient | null;
  status(): { detail: string };
  onChange(listener: () => void): () => void;
  /** A run is under way: the process is not recycled until the returned function is called. */
  hold(): () => void;
  /** Ends the process and starts it anew; null where it is not ours to end. */
  readonly restart: ((reason: string) => Promise<void>) | null;
  /** Where it keeps the whole of long outputs; null where that is not on this machine. */
  readonly outputs: string | null;
  /** A run found nobody there. */
  unreachable?(reason: string): void;
}
