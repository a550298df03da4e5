import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { vip4, vip6 } from "../cell/cell.ts";
import { checkOrder, describeOrder, type Order } from "../cell/order.ts";
import { probePort, startProbe } from "../cell/probe.ts";
import { announcedIn, valuesOf, withdrawnIn } from "../wire/messages.ts";

/** vipcast waits half a second from the hand-over of a withdrawal; a little less from its arrival is a matter of clocks. */
const waitMs = 490;

function ordered(vip: string): Variant {
  const address = vip.split("/")[0] ?? vip;
  return {
    name: address.includes(":") ? "IPv6" : "IPv4",
    needs: ["listens", "other-family-routes"],
    run: async (cell) => {
      await cell.startPeer();
      await startProbe(cell.sandbox, address);
      const announcer = await cell.announce([vip]);
      await cell.route(vip);
      await sleep(200);
      const exit = await announcer.stop("SIGTERM");
      if (exit.code !== 0) throw new Error(`vipcast ended with ${exit.signal ?? `exit code ${exit.code}`}`);
      await cell.noRoute(vip);
      if (await cell.isBound(vip)) throw new Error(`${vip} is still bound after the end`);
      // Long enough for probes that nobody answers.
      await sleep(100);

      const probes = await cell.capture.probes(address, probePort);
      const ours = await cell.ours();
      const announced = ours.find((message) => announcedIn(message).includes(vip));
      const withdrawn = ours.find((message) => withdrawnIn(message).includes(vip));
      if (announced === undefined || withdrawn === undefined)
        throw new Error("the wire shows no UPDATE or no withdrawal");
      const dropped = await cell.capture.dropped();
      const { boundForMs } = explained(
        () => checkWait(checkOrder(probes, announced.at, withdrawn.at)),
        () =>
          [
            describeOrder(probes, announced.at, withdrawn.at),
            `the capture dropped ${dropped} packets`,
            ...["vip.withdrawn", "vip.unbound"].map((name) => {
              const time = Date.parse(
                String(announcer.all(name, (fields) => fields["vip"] === vip)[0]?.fields["time"]),
              );
              return `vipcast's own ${name} ${(time - withdrawn.at * 1000).toFixed(1)} ms from the withdrawal`;
            }),
          ].join("; "),
      );
      cell.figures["still answering after the withdrawal, ms"] = Math.round(boundForMs);
      const cease = ours.find((message) => message.type === "notification");
      if (cease === undefined) throw new Error("the session ended without a NOTIFICATION");
      if (cease.at < withdrawn.at) throw new Error("the NOTIFICATION came before the withdrawal");
      const [major = ""] = valuesOf(cease, "bgp.notify.major_error");
      if (major !== "6") throw new Error(`the NOTIFICATION has code ${major}, not 6 (Cease)`);
    },
  };
}

function checkWait(order: Order): Order {
  if (order.goneAfterMs >= waitMs) return order;
  const ms = order.goneAfterMs.toFixed(1);
  throw new Error(`the VIP was gone ${ms} ms after its withdrawal, before routers could follow`);
}

/** Adds to whatever `check` throws what was seen. */
function explained<T>(check: () => T, describe: () => string): T {
  try {
    return check();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)} (${describe()})`);
  }
}

/** Seen from the peer: never an announced VIP that does not answer. */
export const stopOrder: Case = {
  id: "stop-order",
  feature: "Answers before its UPDATE arrives and until after its withdrawal arrived (SIGTERM)",
  alone: true,
  variants: [ordered(vip4), ordered(vip6)],
};
