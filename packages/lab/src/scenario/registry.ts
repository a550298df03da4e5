import { addressDeleted } from "./address-deleted.ts";
import { chaos } from "./chaos.ts";
import { linkDown, partition } from "./cuts.ts";
import { demo } from "./demo.ts";
import { killNodeScenario } from "./kill-node.ts";
import { killPoints } from "./kill-points.ts";
import { loDownUp } from "./lo-down-up.ts";
import { onLink } from "./on-link.ts";
import { peerStalled } from "./peer-stalled.ts";
import { rival } from "./rival.ts";
import { routerRestart } from "./router-restart.ts";
import type { Scenario } from "./run.ts";
import { serviceDown } from "./service-down.ts";
import { steady } from "./steady.ts";
import { stopNodeScenario } from "./stop-node.ts";

/** Names of the scenarios that come with the lab. */
export type ScenarioName =
  | "demo"
  | "steady"
  | "kill-node"
  | "stop-node"
  | "service-down"
  | "link-down"
  | "partition"
  | "router-restart"
  | "peer-stalled"
  | "on-link"
  | "address-deleted"
  | "rival"
  | "lo-down-up"
  | "kill-points"
  | "chaos";

/** The scenarios that come with the lab. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  demo,
  steady,
  "kill-node": killNodeScenario,
  "stop-node": stopNodeScenario,
  "service-down": serviceDown,
  "link-down": linkDown,
  partition,
  "router-restart": routerRestart,
  "peer-stalled": peerStalled,
  "on-link": onLink,
  "address-deleted": addressDeleted,
  rival,
  "lo-down-up": loDownUp,
  "kill-points": killPoints,
  chaos,
};
