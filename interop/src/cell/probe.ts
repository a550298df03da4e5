import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";
import type { ProbedPacket } from "../wire/capture.ts";
import { node } from "./world.ts";

/** A port nobody listens on: the kernel that has the address answers with a reset, any other stays silent. */
export const probePort = 9;

const script = `
const net = require("node:net");
const [host, port, everyMs] = process.argv.slice(1);
setInterval(() => {
  const socket = net.connect({ host, port: Number(port) });
  socket.setTimeout(300, () => socket.destroy());
  socket.on("error", () => socket.destroy());
}, Number(everyMs));
console.log("probing");
process.stdin.resume();
process.stdin.on("end", () => process.exit());
`;

/**
 * Asks an address from the daemon's host every millisecond whether it is there, past every route a daemon may install: a rule of
 * its own leads to vipcast's host. The answers are read from the capture, so that they compare with the messages there.
 */
export async function startProbe(sandbox: Sandbox, address: string): Promise<LabProcess> {
  const six = address.includes(":");
  const family = six ? "-6" : "-4";
  const table = six ? "1006" : "1004";
  const hop = six ? node.ipv6 : node.ipv4;
  await sandbox.exec("peer", ["ip", family, "rule", "add", "to", address, "lookup", table]);
  await sandbox.exec("peer", ["ip", family, "route", "add", "default", "via", hop, "dev", "eth0", "table", table]);
  const probe = await sandbox.spawn("peer", [process.execPath, "-e", script, address, String(probePort), "1"]);
  await waitFor(
    () => `the probe does not start: ${probe.tail()}`,
    () => (probe.lines.length > 0 ? true : null),
    5000,
  );
  return probe;
}

/** How an address behaved around two moments (seconds since 1970): announced and withdrawn. Throws when the order was broken. */
export function checkOrder(
  probes: readonly ProbedPacket[],
  announcedAt: number,
  withdrawnAt: number,
): { readonly answeredAfterWithdrawal: number; readonly boundForMs: number } {
  const silent = probes.find(({ at, answered }) => at >= announcedAt && at <= withdrawnAt && !answered);
  if (silent !== undefined) {
    const ms = ((silent.at - announcedAt) * 1000).toFixed(1);
    throw new Error(`the VIP was announced and did not answer ${ms} ms after its UPDATE reached the peer`);
  }
  const after = probes.filter(({ at }) => at > withdrawnAt);
  const firstSilent = after.findIndex(({ answered }) => !answered);
  if (firstSilent < 0) throw new Error("the VIP still answers at the end");
  const answered = after.slice(0, firstSilent);
  const last = answered.at(-1);
  if (last === undefined) throw new Error("the VIP was gone when its withdrawal reached the peer");
  if (after.slice(firstSilent).some((probe) => probe.answered)) throw new Error("the VIP came back after its unbind");
  return { answeredAfterWithdrawal: answered.length, boundForMs: (last.at - withdrawnAt) * 1000 };
}
