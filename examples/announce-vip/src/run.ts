import { createInterface } from "node:readline";
import { Announcer } from "@vipcast/announcer";
import { ownershipMark, Rtnetlink } from "@vipcast/linux";
import { Speaker } from "@vipcast/speaker";
import { MarkedAddresses } from "./address-port.ts";
import { JsonLedger } from "./ledger-port.ts";
import { SpeakerRoutes } from "./route-port.ts";

/** What makes one controller of this folder different from another. */
export interface Behaviour {
  /** Whose addresses they are: the mark comes from it. */
  readonly name: string;
  /** What its arguments are called, after those that all have. */
  readonly more: readonly string[];
  /** Says what is wanted from the start. Throws a sentence where the arguments make no sense. */
  readonly begin: (announcer: Announcer, more: readonly string[]) => void;
  /** Carries out one line of stdin and returns what is to be printed. Throws a sentence where it makes no sense. */
  readonly obey: (announcer: Announcer, line: string) => readonly unknown[];
}

/** Puts the parts together, prints the events, and closes on SIGTERM and SIGINT; a second one skips what is left of a drain. */
export async function run({ name, more, begin, obey }: Behaviour): Promise<void> {
  const words = process.argv.slice(2);
  const [peer, peerAsn, asn, routerId, ledgerFile = "", ...rest] = words;
  if (words.length < 5 + more.length) {
    console.error(`usage: node dist/${name}.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID LEDGER_FILE ${more.join(" ")}`);
    process.exit(2);
  }
  const kernel = new Rtnetlink();
  const speaker = new Speaker({ asn: Number(asn), routerId: String(routerId) });
  const routes = new SpeakerRoutes(speaker);
  const announcer = new Announcer({
    ports: {
      addresses: new MarkedAddresses(kernel, ownershipMark(name)),
      routes,
      ledger: new JsonLedger(ledgerFile),
    },
    policy: { drainMs: 1000 },
  });
  const events = announcer.events();
  begin(announcer, rest);
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
      for (const answer of obey(announcer, line)) console.log(JSON.stringify(answer));
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
  });
  routes.addPeer({ address: String(peer), asn: Number(peerAsn) });
  void announcer.start();
  for await (const event of events) console.log(JSON.stringify(event));
}
