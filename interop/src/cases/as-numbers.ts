import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";
import { valuesOf } from "../wire/messages.ts";

const large = 4200000001;
/** What stands for a number that does not fit into two octets (RFC 6793 §9). */
const asTrans = 23456;

const bothLarge: Variant = {
  name: "four octets on both sides",
  needs: ["listens", "other-family-routes"],
  run: async (cell) => {
    await cell.startPeer({ ownAsn: 4200000000, asn: large });
    await cell.announce([
      vip4,
      vip6,
      "--asn",
      String(large),
      "--peer",
      `${peer.ipv4},asn=4200000000`,
      "--prepend",
      "1",
    ]);
    await cell.route(vip4, { asPath: [large, large] });
    await cell.route(vip6, { asPath: [large, large] });
  },
};

/** RFC 6793 §4.2.2: towards an OLD speaker the true numbers travel in AS4_PATH. */
function towardsOld(asn: number): Variant {
  const shown = asn > 65535 ? asTrans : asn;
  return {
    name: `a peer with two octets, our AS ${asn}`,
    needs: ["listens", asn > 65535 ? "two-octet-as-for-four-octet-neighbour" : "two-octet-as"],
    run: async (cell) => {
      const known = cell.daemon.driver.oldKnowsAs === "as-trans" ? shown : asn;
      await cell.startPeer({ asn: known, twoOctetAs: true, families: ["ipv4-unicast"] });
      const session = `${peer.ipv4},asn=${peerAsn},families=ipv4`;
      await cell.announce([vip4, "--asn", String(asn), "--peer", session, "--prepend", "1"]);
      await cell.established();
      const route = await cell.route(vip4);
      // Whether it puts AS4_PATH back together is the daemon's own affair; both readings are right.
      const readings = [
        [shown, shown],
        [asn, asn],
      ];
      if (!readings.some((path) => JSON.stringify(path) === JSON.stringify(route.asPath)))
        throw new Error(`the AS_PATH arrived as ${route.asPath.join(" ")}`);
      const codes = (await cell.ours()).flatMap((message) => valuesOf(message, "bgp.update.path_attribute.type_code"));
      if (codes.includes("17") !== asn > 65535)
        throw new Error(asn > 65535 ? "no UPDATE carries AS4_PATH" : "an UPDATE carries AS4_PATH without need");
    },
  };
}

export const fourOctetAs: Case = {
  id: "four-octet-as",
  quickOn: "gobgp",
  feature: "Four-octet AS numbers on both sides",
  variants: [bothLarge],
};

export const twoOctetPeer: Case = {
  id: "two-octet-peer",
  quickOn: "exabgp",
  feature: "A peer that knows two-octet AS numbers alone",
  variants: [towardsOld(large), towardsOld(65001)],
};
