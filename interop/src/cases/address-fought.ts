import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { vip4 } from "../cell/cell.ts";
import { withdrawnIn } from "../wire/messages.ts";

const fought: Variant = {
  name: "IPv4",
  needs: ["listens"],
  run: async (cell) => {
    await cell.startPeer();
    const announcer = await cell.announce([vip4]);
    await cell.route(vip4);
    // Whoever it is, it does not stop: the address is removed whenever it is there.
    const opponent = await cell.sandbox.spawn("node", [
      "sh",
      "-c",
      `while :; do ip address del ${vip4} dev lo 2>/dev/null; sleep 0.02; done`,
    ]);
    const damped = await announcer.saw("vip.damped");
    cell.notes.push(`vipcast: ${(damped.fields["causes"] as readonly string[]).join("; ")}`);
    cell.figures["removals until it gave way"] = Number(damped.fields["removals"]);
    await cell.noRoute(vip4);
    // vipcast tries again after its hold-down; by then the fight is over.
    await opponent.kill();
    await sleep(300);
    const withdrawals = (await cell.ours()).filter((message) => withdrawnIn(message).includes(vip4));
    // Each put-back that was late has cost one more, by vipcast's own account.
    const reasons = announcer.all("vip.withdrawn").map(({ fields }) => fields["reason"]);
    const late = announcer.all("address.restored", ({ withdrawn }) => withdrawn === true).length;
    const expected = [...Array.from({ length: late }, () => "address-lost"), "damped"];
    if (reasons.join() !== expected.join() || withdrawals.length !== reasons.length)
      throw new Error(
        `the wire shows ${withdrawals.length} withdrawals, vipcast reports ${reasons.join(", ") || "none"}, and ${late} put-backs were late`,
      );
  },
};

/** Promise 1: withdrawn when it keeps being removed. */
export const addressFought: Case = {
  id: "address-fought",
  feature: "Withdraws a VIP that somebody keeps removing, once, and says who may be fighting",
  quickOn: "frr",
  variants: [fought],
};
