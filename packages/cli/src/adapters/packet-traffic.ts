import type { TrafficPort, TrafficWatch } from "@vipcast/announcer";
import { PacketCounter } from "@vipcast/linux";

/** How exactly the time of the last packet is known. */
const lookEveryMs = 100;

/** Every packet of the host passes the filter of every counter. */
const mostWatches = 64;

/** What arrives for a VIP, from packet sockets that count and read nothing. Needs CAP_NET_RAW. */
export class PacketTraffic implements TrafficPort {
  #watches = 0;

  watch({ address, prefixLength }: { readonly address: string; readonly prefixLength: number }): TrafficWatch | null {
    if (this.#watches >= mostWatches) return null;
    const counter = PacketCounter.open(address, prefixLength);
    this.#watches++;
    let lastMs: number | null = performance.now();
    const look = (): void => {
      try {
        if (lastMs !== null && counter.take() > 0) lastMs = performance.now();
      } catch {
        lastMs = null;
      }
    };
    const timer = setInterval(look, lookEveryMs).unref();
    let open = true;
    return {
      idleMs: () => {
        if (open) look();
        return lastMs === null ? null : performance.now() - lastMs;
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#watches--;
        clearInterval(timer);
        counter.close();
      },
    };
  }
}
