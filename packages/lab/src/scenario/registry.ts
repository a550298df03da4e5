import { addressDeleted } from "./address-deleted.ts";
import { chaosScenario } from "./chaos.ts";
import { demo } from "./demo.ts";
import { killNodeScenario } from "./kill-node.ts";
import type { Scenario } from "./run.ts";
import { steady } from "./steady.ts";
import { stopNodeScenario } from "./stop-node.ts";

/** Names of the scenarios that come with the lab. */
export type ScenarioName = "steady" | "kill-node" | "stop-node" | "address-deleted" | "chaos" | "demo";

/** The scenarios that come with the lab. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  demo,
  steady,
  "kill-node": killNodeScenario,
  "stop-node": stopNodeScenario,
  "address-deleted": addressDeleted,
  chaos: chaosScenario(),
};
