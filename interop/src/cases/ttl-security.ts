import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";

const direct: Variant = {
  name: "one hop",
  needs: ["listens", "gtsm"],
  run: async (cell) => {
    await cell.startPeer({ ttlSecurityHops: 1 });
    await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},ttl-security=1`]);
    await cell.established();
    await cell.route(vip4);
  },
};

/** RFC 5082 §3: without a TTL of 255 our packets do not get through to a peer that asks for it. */
const without: Variant = {
  name: "the peer alone",
  needs: ["listens", "gtsm"],
  unheard: true,
  run: async (cell) => {
    await cell.startPeer({ ttlSecurityHops: 1 });
    const announcer = await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1`]);
    await announcer.saw("peer.connecting");
    // Long enough for a session, were it possible.
    await sleep(2500);
    const [session] = await cell.daemon.sessions();
    if (session?.state === "established" || announcer.all("peer.established").length > 0)
      throw new Error("the session is Established without a TTL of 255");
  },
};

export const ttlSecurity: Case = {
  id: "ttl-security",
  feature: "TTL security (RFC 5082)",
  variants: [direct, without],
};
