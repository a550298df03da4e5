import { announceVerb } from "./announce/verb.ts";
import type { VerbSpec } from "./arguments/option.ts";
import { drainVerb } from "./ask/drain.ts";
import { eventsVerb } from "./ask/events.ts";
import { explainVerb } from "./ask/explain.ts";
import { peersVerb } from "./ask/peers.ts";
import { reloadVerb } from "./ask/reload.ts";
import { restartVerb } from "./ask/restart.ts";
import { routesVerb } from "./ask/routes.ts";
import { statusVerb } from "./ask/status.ts";
import { stopVerb } from "./ask/stop.ts";
import { undrainVerb } from "./ask/undrain.ts";
import { vipsVerb } from "./ask/vips.ts";
import { checkVerb } from "./check/verb.ts";
import { completionVerb } from "./completion/verb.ts";
import { decodeVerb } from "./decode/verb.ts";
import { labVerb } from "./lab/verb.ts";
import { runVerb } from "./run/verb.ts";

/** The command line of every verb, in the order of the list of them: what completion and the manual page are made from. Loaded by those alone. */
export const verbSpecs: readonly VerbSpec[] = [
  announceVerb,
  runVerb,
  checkVerb,
  statusVerb,
  peersVerb,
  vipsVerb,
  routesVerb,
  explainVerb,
  eventsVerb,
  drainVerb,
  undrainVerb,
  stopVerb,
  restartVerb,
  reloadVerb,
  labVerb,
  decodeVerb,
  completionVerb,
];
