import { TIMER_PROFILES } from "@vipcast/announcer";
import { z } from "zod";
import { parseConnectRetry, parseKeepalive } from "../../announce/timers.ts";
import { parseHoldTime } from "../../values/numbers.ts";
import { section } from "./field.ts";
import { oneOf, seconds } from "./scalars.ts";

const profiles = Object.keys(TIMER_PROFILES) as readonly (keyof typeof TIMER_PROFILES)[];
const profile = oneOf(
  { description: "a set of timers: hold/keepalive/retry 90/30/120, 9/3/5 or 3/1/1 seconds" },
  profiles,
);

/** A profile by name, or a mapping that overrides parts of one. */
export const timersSchema = z
  .union([
    profile,
    section("timers of a session, each of which overrides the profile's", {
      profile: profile.optional(),
      holdTime: seconds(
        { description: "hold time, 0 (no keepalives) or 3..65535 seconds (RFC 4271 §4.2)" },
        (text) => parseHoldTime(text, "9s"),
        9,
      ).optional(),
      keepalive: seconds(
        { description: "keepalive time, at most a third of the hold time", default: "a third of the hold time" },
        parseKeepalive,
        3,
      ).optional(),
      connectRetry: seconds(
        { description: "longest pause between attempts to connect, jittered" },
        parseConnectRetry,
        5,
      ).optional(),
    }),
  ])
  .meta({ description: "how fast a failure is noticed, and what that costs: see docs/tuning.md" });

/** Timers as written. */
export type TimersInput = z.output<typeof timersSchema>;
