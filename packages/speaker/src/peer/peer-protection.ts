import type { Socket } from "node:net";
import type { DropCounters, ListenPeer, SocketProtection, Transport } from "../transport/options.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { readPassword } from "./read-options.ts";

/** What a change of the password needs from the speaker. */
export interface ProtectionEnvironment {
  readonly rekey: Transport["rekey"];
  readonly silentDrops: Transport["silentDrops"];
  /** Throws when the sockets cannot have these options. */
  readonly checkProtection: (protection: SocketProtection, passive: boolean) => void;
  /** What the listeners need for peers has changed. Throws when a listener cannot take it. */
  readonly listenersChange: (change: {
    readonly added: readonly ListenPeer[];
    readonly removed: readonly ListenPeer[];
  }) => void;
}

/** The socket options of one peer as they are now: all but the password are for ever. */
export class PeerProtection {
  readonly #address: string;
  readonly #passive: boolean;
  readonly #environment: ProtectionEnvironment;
  #options: SocketProtection;
  #listenPeer: ListenPeer;
  /** Before the dial that is under way, or was last. */
  #dropsBefore: DropCounters | null = null;

  constructor({ address, protection, config }: PeerSettings, environment: ProtectionEnvironment) {
    this.#address = address.text;
    this.#passive = config.passive;
    this.#environment = environment;
    this.#options = protection;
    this.#listenPeer = { address: this.#address, ...protection };
  }

  get options(): SocketProtection {
    return this.#options;
  }

  /** The options for a dial that begins now. */
  forDial(): SocketProtection {
    this.#dropsBefore = this.#drops();
    return this.#options;
  }

  /** What this host has dropped without an answer since the last dial began; null where nobody counts. */
  get dropped(): DropCounters | null {
    const before = this.#dropsBefore;
    const now = before === null ? null : this.#drops();
    if (before === null || now === null) return null;
    return {
      wrongKey: now.wrongKey - before.wrongKey,
      missingKey: now.missingKey - before.missingKey,
      unexpectedKey: now.unexpectedKey - before.unexpectedKey,
      lowTtl: now.lowTtl - before.lowTtl,
    };
  }

  #drops(): DropCounters | null {
    try {
      return this.#environment.silentDrops?.() ?? null;
    } catch {
      // It only serves a sentence.
      return null;
    }
  }

  get listenPeer(): ListenPeer {
    return this.#listenPeer;
  }

  /** The range of a dynamic neighbour has told the listeners itself. All or nothing: throws before anything has changed when the password is none or a listener cannot take it. */
  setPassword(password: string | null, byRange: boolean): void {
    const { password: _, ...others } = this.#options;
    const options = password === null ? others : { ...others, password: readPassword(password) };
    this.#environment.checkProtection(options, this.#passive);
    const listenPeer = { address: this.#address, ...options };
    if (!byRange) this.#environment.listenersChange({ added: [listenPeer], removed: [this.#listenPeer] });
    this.#options = options;
    this.#listenPeer = listenPeer;
  }

  /** Gives connections that exist the key as it is now; says in words why that cannot be, or null when it is done. */
  rekey(sockets: readonly Socket[]): string | null {
    const { rekey } = this.#environment;
    if (sockets.length === 0) return null;
    if (rekey === undefined) return "the transport cannot change the key of a connection";
    try {
      for (const socket of sockets) rekey(socket, this.#listenPeer);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
