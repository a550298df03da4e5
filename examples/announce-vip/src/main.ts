// A small controller: lines on stdin say which virtual IPs are wanted, lines on stdout what became of them.
// node dist/main.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID LEDGER_FILE
import { createInterface } from "node:readline";
import { Announcer } from "@vipcast/announcer";
import { ownershipMark, Rtnetlink } from "@vipcast/linux";
import { Speaker } from "@vipcast/speaker";
import { MarkedAddresses } from "./address-port.ts";
import { obey } from "./commands.ts";
import { JsonLedger } from "./ledger-port.ts";
import { SpeakerRoutes } from "./route-port.ts";

const [peer, peerAsn, asn, routerId, ledgerFile] = process.argv.slice(2);
if (ledgerFile === undefined) {
  console.error("usage: node dist/main.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID LEDGER_FILE");
  process.exit(2);
}

const kernel = new Rtnetlink();
const speaker = new Speaker({ asn: Number(asn), routerId: String(routerId) });
const routes = new SpeakerRoutes(speaker);
const announcer = new Announcer({
  ports: {
    addresses: new MarkedAddresses(kernel, ownershipMark("announce-vip")),
    routes,
    ledger: new JsonLedger(ledgerFile),
  },
  policy: { drainMs: 1000 },
});
const events = announcer.events();
const input = createInterface({ input: process.stdin });

/** The announcer first: it withdraws over the sessions and unbinds. Called again, it skips what is left of a drain. */
async function stop(signal: string): Promise<void> {
  input.close();
  const { complete, left } = await announcer.close();
  await speaker.close({ reason: signal });
  kernel.close();
  if (!complete) process.exitCode = 1;
  if (left.length > 0) console.error(`still bound, until the next run: ${left.join(", ")}`);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void stop(signal));

input.on("line", (line) => {
  try {
    for (const explanation of obey(announcer, line)) console.log(JSON.stringify(explanation));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
});
routes.addPeer({ address: String(peer), asn: Number(peerAsn) });
void announcer.start();
for await (const event of events) console.log(JSON.stringify(event));
