import { readWaitedMs, sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { vip4, vip6 } from "../cell/cell.ts";
import { withdrawnIn } from "../wire/messages.ts";

function putBack(vip: string): Variant {
  const address = vip.split("/")[0] ?? vip;
  return {
    name: address.includes(":") ? "IPv6" : "IPv4",
    needs: ["listens", "other-family-routes"],
    run: async (cell) => {
      await cell.startPeer();
      const announcer = await cell.announce([vip]);
      await cell.route(vip);
      const monitor = await cell.sandbox.spawn("node", ["ip", "-ts", "-o", "monitor", "address"]);
      await sleep(100);
      const waits = cell.sandbox.procPath(announcer.process.pid, "schedstat");
      const before = readWaitedMs(waits) ?? 0;
      await cell.ipOnNode(`address del ${vip} dev lo`);
      const restored = await announcer.saw("address.restored");
      if (restored.fields["withdrawn"] !== false) throw new Error("vipcast reports that it withdrew the VIP meanwhile");
      await cell.eventually("the address is back", async () => ((await cell.isBound(vip)) ? true : null));

      // The kernel's own notices: `[2026-01-31T12:00:00.123456] Deleted 1: lo inet 192.0.2.10/32 …`, then without the word.
      const notices = await cell.eventually("the kernel reports both", () => {
        const lines = monitor.lines.map(({ text }) => text).filter((text) => text.includes(` ${address}/`));
        return lines.length >= 2 ? lines : null;
      });
      const [deleted = Number.NaN, added = Number.NaN] = notices.map(noticedAt);
      const ms = Math.round((added - deleted) * 1000) / 1000;
      cell.figures["put back after, ms"] = ms;
      const own = Number(restored.fields["afterMs"]);
      cell.figures["put back after (own report), ms"] = own;
      // While it has to wait for a processor, as the kernel counts it, it can neither put back nor withdraw.
      const waited = (readWaitedMs(waits) ?? before) - before;
      if (!(Math.min(ms, own) - waited <= 10))
        throw new Error(
          `the address was back after ${ms} ms, of which vipcast waited ${waited.toFixed(1)} for a processor: not within 10`,
        );

      await sleep(300);
      await cell.route(vip);
      const withdrawals = (await cell.ours()).filter((message) => withdrawnIn(message).length > 0);
      if (withdrawals.length > 0) throw new Error("the wire shows a withdrawal");
      const updates = (await cell.ours()).filter(
        (message) => message.type === "update" && withdrawnIn(message).length === 0,
      );
      cell.figures["UPDATEs in all"] = updates.length;
    },
  };
}

/** The time at the head of a notice, in milliseconds with the microseconds behind the point. */
function noticedAt(text: string): number {
  const [, second = "", microseconds = ""] = text.match(/^\[([^.\]]+)\.(\d{6})\]/) ?? [];
  return Date.parse(`${second}Z`) + Number(microseconds) / 1000;
}

/** Promise 1: an address removed by hand is put back at once, and nobody hears of it. */
export const addressDeleted: Case = {
  id: "address-deleted",
  feature: "Puts back an address that somebody deletes, within 10 ms and without a withdrawal",
  alone: true,
  variants: [putBack(vip4), putBack(vip6)],
};
