import { bird } from "./bird.ts";
import type { DaemonDriver } from "./driver.ts";
import { exabgp } from "./exabgp.ts";
import { frr } from "./frr.ts";
import { gobgp } from "./gobgp.ts";
import { openbgpd } from "./openbgpd.ts";

/** Every daemon, in the order of the columns of `docs/interop.md`. */
export const daemons: readonly DaemonDriver[] = [bird, frr, gobgp, openbgpd, exabgp];
