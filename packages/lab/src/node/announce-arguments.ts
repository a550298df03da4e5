import type { NodePlan, Plan } from "../topology/plan.ts";

/** The command line of a node's announcer, without its executable. `stateDir` is the node's private state folder; `vips` are by default the lab's. */
export function announceArguments(
  lab: Plan,
  node: NodePlan,
  stateDir: string,
  vips: readonly string[] = lab.vips,
): readonly string[] {
  const { router } = lab;
  const port = router.port === 179 ? "" : `,port=${router.port}`;
  const loopback = lab.mode === "loopback";
  return [
    "announce",
    ...vips,
    "--asn",
    String(node.asn),
    "--router-id",
    // In loopback mode an address of 127.0.0.0/8 is no BGP Identifier to show around.
    `10.0.0.${node.index}`,
    "--peer",
    `${router.lan.ipv4},asn=${router.asn}${port}${loopback ? `,source=${node.addresses.ipv4}` : ""}`,
    ...(loopback ? ["--no-bind"] : []),
    "--state-dir",
    stateDir,
    "--json",
  ];
}
