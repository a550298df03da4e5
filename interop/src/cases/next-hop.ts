import type { Case, Variant } from "../cell/case.ts";
import { extraAddresses, nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

const [hop4 = "", hop6 = ""] = extraAddresses;

const fixed: Variant = {
  name: "fixed",
  needs: ["listens", "other-family-routes"],
  run: async (cell) => {
    await cell.ipOnNode(`address add ${hop4}/24 dev eth0`, `address add ${hop6}/64 dev eth0 nodad`);
    await cell.startPeer();
    await cell.announce([vip4, vip6, "--next-hop", hop4, "--next-hop", hop6]);
    await cell.route(vip4, { nextHop: hop4 });
    await cell.route(vip6, { nextHop: hop6 });
  },
};

/** Another host of the link forwards for us: RFC 4271 §5.1.3 allows that where both ends share the link with it. */
const thirdParty: Variant = {
  name: "of a third party",
  needs: ["listens", "other-family-routes"],
  run: async (cell) => {
    const [third4, third6] = ["10.0.0.77", "fd00::77"];
    await cell.startPeer();
    await cell.announce([vip4, vip6, "--next-hop", third4, "--next-hop", third6]);
    await cell.route(vip4, { nextHop: third4 });
    await cell.route(vip6, { nextHop: third6 });
    await cell.checkIpv6NextHops(vip6, [third6]);
  },
};

/** `nextHopSelf` says what "self" means, one address for each family, and a route may still name its own. */
const configuredSelf: Variant = {
  name: "self as configured for the peer",
  needs: ["listens", "other-family-routes"],
  run: async (cell) => {
    await cell.ipOnNode(`address add ${hop4}/24 dev eth0`, `address add ${hop6}/64 dev eth0 nodad`);
    await cell.startPeer();
    const speaker = await cell.startSpeaker({
      asn: nodeAsn,
      routerId: node.ipv4,
      peer: { address: peer.ipv4, asn: peerAsn, nextHopSelf: [hop4, hop6] },
    });
    await speaker.apply({
      announce: [{ prefix: vip4 }, { prefix: vip6 }, { prefix: "192.0.2.11/32", attributes: { nextHop: "10.0.0.77" } }],
    });
    await cell.route(vip4, { nextHop: hop4 });
    await cell.route(vip6, { nextHop: hop6 });
    await cell.route("192.0.2.11/32", { nextHop: "10.0.0.77" });
    await speaker.stop();
    await cell.checkIpv6NextHops(vip6, [hop6]);
  },
};

export const nextHop: Case = {
  id: "next-hop",
  quickOn: "openbgpd",
  feature: "Sends a fixed next hop, one of a third party, or self as configured (plain self is in every other row)",
  variants: [fixed, thirdParty, configuredSelf],
};
