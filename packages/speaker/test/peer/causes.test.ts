import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { PeerOptions, SpeakerOptions } from "../../src/index.ts";
import { connectPlain } from "../../src/transport/plain-transport.ts";
import { capabilities, capability, notification, open } from "../conformance/octets.ts";
import { rawListener, speaker, until } from "../support.ts";

/** One line of the log and the snapshot's last cause have to be this one sentence: what is wrong, and what to do. */
interface Told {
  readonly name: string;
  readonly options?: Partial<PeerOptions>;
  readonly speaker?: Partial<SpeakerOptions>;
  /** What the peer says once we have connected; absent: there is no peer. */
  readonly says?: string;
  readonly sentence: RegExp;
}

/** A dial that nobody answers: what a wrong key, a wrong TTL and a filter have in common. */
const swallowed = { connect: () => new Socket() };

/** The peer refuses us, and says so. */
const refusal = (code: number, subcode: number, data = ""): string => open() + notification(code, subcode, data);

const cases: readonly Told[] = [
  {
    name: "a wrong AS here",
    options: { asn: 65009 },
    says: open(),
    sentence: /^the peer says its AS is 65000, we expect 65009: set asn=65000 for this peer or correct the router$/,
  },
  {
    name: "a wrong AS there",
    says: refusal(2, 2),
    sentence:
      /Bad Peer AS: it expects another AS than ours, 65001: correct the neighbour's remote AS on the router, or our asn$/,
  },
  {
    name: "a closed port",
    sentence:
      /ECONNREFUSED.*: nothing listens there: check that BGP runs on the router, on this port, and that it has us as a neighbour$/,
  },
  {
    name: "a filtered port",
    speaker: swallowed,
    sentence:
      /did not answer our connection attempt within 1 s \(connectRetry\): it is down or a filter drops our packets: check the router and TCP port access; it may expect a TCP-MD5 password: then set the same one here; it may ask for TTL security/,
  },
  {
    name: "a wrong TCP-MD5 password",
    options: { password: "secret" },
    speaker: swallowed,
    sentence: /its TCP-MD5 password for us may be another one or none: make both the same/,
  },
  {
    name: "TTL security that the peer does not use",
    options: { ttlSecurity: 1 },
    speaker: swallowed,
    sentence: /it may not use TTL security, or be more than 1 hop away: enable it there, or correct ttlSecurity here$/,
  },
  {
    name: "a TTL that is too small",
    options: { multihop: 2 },
    speaker: swallowed,
    sentence: /it may be further away than our TTL of 2 reaches: raise multihop$/,
  },
  {
    name: "a wrong family here",
    options: { families: ["ipv6-unicast"] },
    says: open({ parameters: capabilities(capability.ipv4, capability.fourOctetAs(65000)) }),
    sentence:
      /^no address family in common: the peer offers ipv4-unicast, this peer is configured for ipv6-unicast: change families here or enable ipv6-unicast for us on the router$/,
  },
  {
    name: "a wrong family there",
    says: refusal(2, 7, capability.ipv4),
    sentence:
      /Unsupported Capability: it needs something that we do not offer, usually an address family .*: make the families equal on both sides$/,
  },
  {
    name: "a hold time that we refuse",
    says: open({ holdTime: 2 }),
    sentence:
      /^the peer offers a hold time of 2 s, but only 0 or 3 s and more are allowed \(RFC 4271 §4.2\): correct the router$/,
  },
  {
    name: "a hold time that the peer refuses",
    options: { holdTime: 3 },
    says: refusal(2, 6),
    sentence:
      /Unacceptable Hold Time: our hold time of 3 s is not acceptable to it: set a longer hold-time, or lower its minimum$/,
  },
  {
    name: "a duplicate router id that we see",
    options: { asn: "internal" },
    says: open({ asn: 65001, routerId: "0a000001" }),
    sentence: /^the peer has our own router id 10.0.0.1: give one of the two another router id$/,
  },
  {
    name: "a duplicate router id that the peer sees",
    says: refusal(2, 3),
    sentence:
      /Bad BGP Identifier: our router id 10.0.0.1 is not acceptable to it, usually because another speaker has the same: give every speaker its own$/,
  },
];

describe("one sentence in the log and in the snapshot names cause and remedy of", () => {
  test.each(cases)("$name", async ({ options = {}, speaker: more = {}, says, sentence }) => {
    const lines: string[] = [];
    const note = (_fields: object, message: string): void => void lines.push(message);
    const logger = { debug: () => undefined, info: note, warn: note, error: note };
    const listener = says === undefined ? null : await rawListener("127.0.0.2");
    const port = listener?.port ?? 1;
    const connect = (): ReturnType<typeof connectPlain> => connectPlain({ host: "127.0.0.2", port });
    const peer = speaker({ logger, connect, ...more }).addPeer({
      address: "127.0.0.2",
      asn: 65000,
      port,
      connectRetry: 1,
      ...options,
    });
    if (listener !== null) (await listener.next()).socket.write(Buffer.from(says ?? "", "hex"));
    await until(() => peer.snapshot().lastDown !== undefined, "the attempt fails");
    const { cause } = peer.snapshot().lastDown ?? { cause: "" };
    expect(cause).toMatch(sentence);
    expect(cause).not.toMatch(/\n|\. /);
    expect(lines).toContain(cause);
  });
});
