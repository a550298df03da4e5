import type { VipView } from "../control/resources/vip.ts";
import type { Tone } from "../output/terminal.ts";

/** How the state of a virtual IP is shown on a terminal with colours. */
export const stateTones: Readonly<Record<VipView["state"], Tone>> = {
  announced: "good",
  draining: "warn",
  drained: "warn",
  bound: "warn",
  waiting: "warn",
  refused: "bad",
  damped: "bad",
  failing: "bad",
  leaving: "dim",
  unknown: "bad",
};
