import type { Case, Variant } from "../cell/case.ts";
import { nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import type { ReceivedRoute } from "../daemons/driver.ts";

function given(name: string, args: readonly string[], expected: Partial<ReceivedRoute>): Variant {
  return {
    name,
    needs: ["listens", "other-family-routes"],
    run: async (cell) => {
      await cell.startPeer();
      await cell.announce([vip4, vip6, ...args]);
      await cell.route(vip4, { ...expected, nextHop: node.ipv4 });
      await cell.route(vip6, { ...expected, nextHop: node.ipv6 });
    },
  };
}

/** The node's own: its AS, 1, and its router id 10.0.0.1 as a number. */
const ownCommunity = `${nodeAsn}:1:${0x0a000001}`;

const everything: readonly string[] = [
  ...["--community", "65000:100", "--community", "65001:65535", "--community", "graceful-shutdown"],
  ...["--large-community", "65001:0:4294967295", "--large-community", "4294967295:1:2"],
  ...["--med", "4294967295", "--prepend", "3"],
];

/** RFC 4271 §5.1.5: LOCAL_PREF travels inside an AS, and the path is empty there. */
const internal: Variant = {
  name: "LOCAL_PREF on iBGP",
  needs: ["listens", "other-family-routes"],
  run: async (cell) => {
    await cell.startPeer({ ownAsn: nodeAsn });
    const session = ["--peer", `${peer.ipv4},asn=${nodeAsn}`];
    await cell.announce([vip4, vip6, "--local-pref", "300", "--med", "0", "--prepend", "2", ...session]);
    // Prepending is for other ASes (RFC 4271 §5.1.2).
    const expected = { asPath: [], localPref: 300, med: 0 };
    await cell.route(vip4, { ...expected, nextHop: node.ipv4 });
    await cell.route(vip6, { ...expected, nextHop: node.ipv6 });
  },
};

/** LOCAL_PREF must not leave the AS. */
const external: Variant = {
  name: "LOCAL_PREF not on eBGP",
  needs: ["listens"],
  run: async (cell) => {
    await cell.startPeer();
    await cell.announce([vip4, "--local-pref", "300", "--peer", `${peer.ipv4},asn=${peerAsn}`]);
    await cell.route(vip4);
    const ours = await cell.ours();
    if (ours.some((message) => message.fields.some(({ name }) => name.endsWith("path_attribute.local_pref"))))
      throw new Error("an UPDATE to another AS carries LOCAL_PREF");
  },
};

export const attributes: Case = {
  id: "attributes",
  quickOn: "gobgp",
  feature: "Communities, large communities, MED, prepending and LOCAL_PREF arrive as given",
  variants: [
    given("all together", everything, {
      asPath: [nodeAsn, nodeAsn, nodeAsn, nodeAsn],
      med: 4294967295,
      communities: ["65000:100", "65001:65535", "65535:0"],
      largeCommunities: ["65001:0:4294967295", ownCommunity, "4294967295:1:2"],
    }),
    internal,
    external,
    given("MED alone", ["--med", "0"], {
      med: 0,
      communities: [],
      largeCommunities: [ownCommunity],
      asPath: [nodeAsn],
    }),
    given("no community of the node", ["--node-community", "none"], { communities: [], largeCommunities: [] }),
  ],
};
