import { waitFor } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { node } from "../cell/world.ts";
import { type RawUpdate, rawUpdates } from "../wire/raw.ts";

const count = 5000;

/** Host routes have five octets (RFC 4271 §4.3), so that about 800 fit into one message of 4,096. */
const fewest = Math.ceil((count * 5) / 4096);

function once(updates: readonly RawUpdate[], what: "announced" | "withdrawn"): number {
  const seen = new Map<string, number>();
  const used = updates.filter((update) => update[what].length > 0);
  for (const update of used) for (const prefix of update[what]) seen.set(prefix, (seen.get(prefix) ?? 0) + 1);
  const twice = [...seen].filter(([, times]) => times > 1).length;
  if (seen.size !== count) throw new Error(`${seen.size} prefixes were ${what}, not ${count}`);
  if (twice > 0) throw new Error(`${twice} prefixes were ${what} more than once`);
  if (used.length > fewest + 3) throw new Error(`${count} prefixes were ${what} in ${used.length} UPDATEs`);
  return used.length;
}

/** The addresses are not bound: what is tried here is the packing, and the announcer's own pace with the kernel has its test. */
const packed: Variant = {
  name: `${count} VIPs`,
  needs: ["listens"],
  prepare: async (cell) => {
    const vips = Array.from({ length: count }, (_, index) => `198.18.${index >> 8}.${index & 255}/32`);
    await cell.startPeer();
    await cell.announce([...vips, "--no-bind", "--log-level", "warn"]);
    await waitFor(
      `${cell.daemon.driver.title} has not ${count} routes`,
      async () => ((await cell.daemon.received("ipv4-unicast")).length === count ? true : null),
      15_000,
      // Each answer is a megabyte of text.
      400,
    );
  },
  run: async (cell) => {
    const [exit] = await cell.stopAll();
    if (exit?.code !== 0) throw new Error(`vipcast ended with ${exit?.signal ?? `exit code ${exit?.code}`}`);
    const updates = (await cell.capture.octetsFrom(node.ipv4, 179)).flatMap(rawUpdates);
    cell.figures["UPDATEs that announce"] = once(updates, "announced");
    cell.figures["UPDATEs that withdraw"] = once(updates, "withdrawn");
    cell.figures["octets of the longest"] = Math.max(...updates.map(({ length }) => length));
  },
};

export const manyVips: Case = {
  id: "many-vips",
  quickOn: "openbgpd",
  feature: "Packs 5,000 VIPs into few UPDATEs, each within its limit and no prefix twice",
  variants: [packed],
};
