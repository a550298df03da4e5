import type { VerbSpec } from "../arguments/option.ts";

const group = "Options:";

/** `vipcast lab` as its command line sees it. */
export const labVerb: VerbSpec = {
  name: "lab",
  summary: "Build nodes, a router and a client in network namespaces, break something, and measure what it costs.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [
    { group, name: "nodes", value: "N", summary: "how many nodes announce the virtual IPs, 1..32 (default: 3)" },
    {
      group,
      name: "router",
      value: "KIND",
      complete: ["embedded", "bird", "frr"],
      summary: "embedded, bird or frr; the latter two must be installed (default: embedded)",
    },
    {
      group,
      name: "scenario",
      value: "NAME",
      complete: [
        "demo",
        "steady",
        "kill-node",
        "stop-node",
        "service-down",
        "link-down",
        "partition",
        "router-restart",
        "peer-stalled",
        "on-link",
        "address-deleted",
        "rival",
        "lo-down-up",
        "kill-points",
        "chaos",
      ],
      summary:
        "demo, steady, kill-node, stop-node, service-down, link-down, partition, router-restart, peer-stalled, on-link, address-deleted, rival, lo-down-up, kill-points or chaos (default: demo)",
    },
    {
      group,
      name: "seed",
      value: "N",
      summary:
        "chaos, rival and kill-points: what decides the faults, 0..4294967295; the same seed, the same faults (default: random, printed)",
    },
    {
      group,
      name: "seconds",
      value: "S",
      summary: "chaos: how long new faults are made, 1..3600 (default: 12)",
    },
    {
      group,
      name: "times",
      value: "N",
      summary: "rival: how often it deletes, 1..100000 (default: 20); kill-points: how often it kills (default: 24)",
    },
    {
      group,
      name: "shell",
      summary:
        "no scenario: a shell inside, where node1, node2, …, router and client run a command on that host, and the lab ends with it",
    },
    { group, name: "json", summary: "the result as one JSON object, and nothing else" },
  ],
  epilogue: `Everything lives in private namespaces, as root and as an ordinary user; nothing outside is touched and nothing is left behind.
Where namespaces are forbidden, it runs on addresses of 127.0.0.0/8 without binding any, and says so.

Exit codes: 0 all well; 1 a step failed or a promise was broken; 2 wrong usage or a missing program; 128 + n ended by signal n.

Examples:
  vipcast lab --nodes 3 --router embedded --scenario kill-node
  vipcast lab --shell                                     the tutorial begins here: docs/tutorial.md`,
};
