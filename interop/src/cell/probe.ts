import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";
import { node } from "./world.ts";

/** A port nobody listens on: the kernel that has the address answers with a reset, any other stays silent. */
export const probePort = 9;

const script = `
const net = require("node:net");
const [host, port, everyMs, hop] = process.argv.slice(1);
const ask = (address, done) => {
  const socket = net.connect({ host: address, port: Number(port) });
  socket.setTimeout(300, () => socket.destroy());
  socket.on("error", (error) => done(error.code === "ECONNREFUSED"));
  socket.on("close", () => done(false));
};
const begin = () => {
  setInterval(() => ask(host, () => {}), Number(everyMs));
  console.log("probing");
};
const arrive = () => {
  let settled = false;
  ask(hop, (answered) => {
    if (settled) return;
    settled = true;
    if (answered) begin();
    else setTimeout(arrive, 20);
  });
};
arrive();
process.stdin.resume();
process.stdin.on("end", () => process.exit());
`;

/**
 * Asks an address from the daemon's host every millisecond whether it is there, past every route a daemon may install: a rule of
 * its own leads to vipcast's host. The answers are read from the capture, so that they compare with the messages there.
 *
 * Returns once probes get through to vipcast's host. On a busy machine the kernel there joins the group of its address's
 * neighbour solicitations (RFC 4291 §2.7.1) so late that the first one finds nobody, and the next follows a second later (RFC 4861 §10,
 * RETRANS_TIMER): until then every probe would wait in the asking kernel, and a whole cell may pass meanwhile.
 */
export async function startProbe(sandbox: Sandbox, address: string): Promise<LabProcess> {
  const six = address.includes(":");
  const family = six ? "-6" : "-4";
  const table = six ? "1006" : "1004";
  const hop = six ? node.ipv6 : node.ipv4;
  await sandbox.exec("peer", ["ip", family, "rule", "add", "to", address, "lookup", table]);
  await sandbox.exec("peer", ["ip", family, "route", "add", "default", "via", hop, "dev", "eth0", "table", table]);
  const probe = await sandbox.spawn("peer", [process.execPath, "-e", script, address, String(probePort), "1", hop]);
  await waitFor(
    () => `the probe does not start: ${probe.tail()}`,
    () => (probe.lines.length > 0 ? true : null),
    5000,
  );
  return probe;
}
