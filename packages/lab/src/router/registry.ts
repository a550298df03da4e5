import { LabError } from "../errors.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Plan } from "../topology/plan.ts";
import { BirdRouter } from "./bird.ts";
import { EmbeddedRouter } from "./embedded.ts";
import { FrrRouter } from "./frr.ts";
import type { Router, RouterConfig, RouterKind } from "./router.ts";

/** The routers that come with the lab. */
export const routerKinds: readonly RouterKind[] = ["embedded", "bird", "frr"];

/** Makes one of the lab's own routers. Throws `router-missing` when its programs are not installed. */
export function createRouter(kind: RouterKind, sandbox: Sandbox, config: RouterConfig, plan: Plan): Router {
  switch (kind) {
    case "embedded":
      return new EmbeddedRouter(sandbox, config, plan);
    case "bird":
      return new BirdRouter(sandbox, config);
    case "frr":
      return new FrrRouter(sandbox, config);
    default:
      kind satisfies never;
      throw new LabError("bad-option", `unknown router ${String(kind)}; choose one of ${routerKinds.join(", ")}`);
  }
}
