import type { EndpointId } from "../resources/endpoints.ts";
import type { Handler } from "../server/answer.ts";
import type { ControlTarget } from "../target.ts";
import { changeHandlers } from "./changes.ts";
import { drainHandlers } from "./drains.ts";
import { eventHandlers } from "./events.ts";
import { routeHandlers } from "./routes.ts";
import { viewHandlers } from "./views.ts";
import { vipHandlers } from "./vips.ts";

/** A handler for every endpoint there is. */
export function createHandlers(target: ControlTarget): Readonly<Record<EndpointId, Handler>> {
  return {
    ...viewHandlers(target),
    ...vipHandlers(target),
    ...drainHandlers(target),
    ...routeHandlers(target),
    ...eventHandlers(target),
    ...changeHandlers(target),
  };
}
