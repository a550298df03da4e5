// Connects to one router and prints what it receives: node dist/main.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID [PORT]
import { toJSON } from "@vipcast/bgp";
import { Speaker } from "@vipcast/speaker";

const [address, peerAsn, asn, routerId, port = "179"] = process.argv.slice(2);
if (address === undefined || peerAsn === undefined || asn === undefined || routerId === undefined) {
  console.error("usage: node dist/main.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID [PORT]");
  process.exit(2);
}

const speaker = new Speaker({ asn: Number(asn), routerId });
speaker.addPeer(
  { address, asn: Number(peerAsn), port: Number(port) },
  {
    onEstablished: ({ holdTime }) => console.error(`established, hold time ${holdTime} s`),
    // The update is borrowed from the receive buffer: toJSON copies what it shows.
    onUpdate: (update) => void console.log(JSON.stringify(toJSON(update))),
    onDown: ({ cause }) => console.error(cause),
  },
);
process.once("SIGINT", () => speaker.close({ reason: "Ctrl-C" }));
process.once("SIGTERM", () => speaker.close({ reason: "terminated" }));
