import { multiprotocol } from "./001-multiprotocol.ts";
import { routeRefresh } from "./002-route-refresh.ts";
import { extendedNextHop } from "./005-extended-next-hop.ts";
import { extendedMessage } from "./006-extended-message.ts";
import { multipleLabels } from "./008-multiple-labels.ts";
import { role } from "./009-role.ts";
import { gracefulRestart } from "./064-graceful-restart.ts";
import { fourOctetAs } from "./065-four-octet-as.ts";
import { addPath } from "./069-add-path.ts";
import { enhancedRouteRefresh } from "./070-enhanced-route-refresh.ts";
import { longLivedGracefulRestart } from "./071-long-lived-graceful-restart.ts";
import { fqdn } from "./073-fqdn.ts";
import { softwareVersion } from "./075-software-version.ts";
import type { CapabilitySpec } from "./spec.ts";

/** Every capability the codec understands, in ascending order of code; all others keep their octets. */
export const capabilitySpecs: readonly CapabilitySpec[] = [
  multiprotocol,
  routeRefresh,
  extendedNextHop,
  extendedMessage,
  multipleLabels,
  role,
  gracefulRestart,
  fourOctetAs,
  addPath,
  enhancedRouteRefresh,
  longLivedGracefulRestart,
  fqdn,
  softwareVersion,
];

/** The spec of a capability code, or undefined when it is unknown to us. */
export function capabilitySpec(code: number): CapabilitySpec | undefined {
  return capabilitySpecs.find((spec) => spec.code === code);
}
