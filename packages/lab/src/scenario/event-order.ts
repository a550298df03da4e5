/** Whether an announcer's own words keep promise 2. Pure. */
import type { NodeEvent } from "../node/lab-node.ts";
import type { BrokenPromise } from "./result.ts";

/**
 * Promise 2, by the announcer's own words: nothing is announced before it is bound, and nothing unbound before it is withdrawn from every peer.
 * `events` are those of one life of the announcer, from its start on.
 */
export function checkEventOrder(node: string, events: readonly NodeEvent[]): readonly BrokenPromise[] {
  const bound = new Set<string>();
  const announced = new Map<string, Set<string>>();
  const broken: BrokenPromise[] = [];
  for (const { event, fields } of events) {
    const vip = String(fields.vip);
    const peer = String(fields.peer);
    const report = (detail: string): number => broken.push({ promise: 2, node, vip, detail });
    switch (event) {
      case "vip.bound":
      case "address.restored":
        bound.add(vip);
        break;
      case "vip.announced":
        if (!bound.has(vip)) report(`announced to ${peer} before it was bound`);
        announced.set(vip, new Set([...(announced.get(vip) ?? []), peer]));
        break;
      case "vip.withdrawn":
        announced.get(vip)?.delete(peer);
        break;
      case "peer.down":
        for (const peers of announced.values()) peers.delete(peer);
        break;
      case "vip.unbound": {
        const still = announced.get(vip) ?? new Set();
        if (still.size > 0) report(`unbound while it was announced to ${[...still].join(", ")}`);
        bound.delete(vip);
        break;
      }
      default:
      // Says nothing about the order.
    }
  }
  return broken;
}
