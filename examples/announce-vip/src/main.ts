// A small controller: lines on stdin say which virtual IPs are wanted, lines on stdout what became of them.
// node dist/main.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID LEDGER_FILE
import { obey } from "./commands.ts";
import { run } from "./run.ts";

await run({ name: "announce-vip", more: [], begin: () => {}, obey });
