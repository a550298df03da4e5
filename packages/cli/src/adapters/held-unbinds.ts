import type { AddressPort, Binding, HostEvent, HostState } from "@vipcast/announcer";

/**
 * The same addresses, none of which goes before somebody says so: while peers keep routes of an earlier run, which only the end of the new ones takes from them
 * (RFC 4724 §4.2), they send to addresses that this run has never announced.
 */
export class HeldUnbinds implements AddressPort {
  readonly #addresses: AddressPort;
  readonly #released: Promise<void>;
  #release: () => void = () => {};

  constructor(addresses: AddressPort) {
    this.#addresses = addresses;
    this.#released = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  /** From now on nothing is held back. */
  release(): void {
    this.#release();
  }

  observe(): Promise<HostState> {
    return this.#addresses.observe();
  }

  bind(binding: Binding): Promise<void> {
    return this.#addresses.bind(binding);
  }

  async unbind(binding: Binding): Promise<void> {
    await this.#released;
    return this.#addresses.unbind(binding);
  }

  watch(listener: (event: HostEvent) => void): () => void {
    return this.#addresses.watch(listener);
  }
}
