import { DrainNotKeptError } from "@vipcast/announcer";
import type { Log } from "../../output/log.ts";
import { type Answer, type Call, type Handler, json, refusal } from "../server/answer.ts";
import type { ControlTarget } from "../target.ts";
import { vipView } from "../views/vip.ts";
import { findVip } from "./vip-named.ts";

/** Requests that wait for a drain at once: each keeps its place among the requests, for hours where the drain is long. */
const mostWaiting = 16;

/** Taking virtual IPs out of service, and putting them back. */
export function drainHandlers(
  target: ControlTarget,
): Readonly<Record<"drainVip" | "undrainVip" | "drain" | "undrain", Handler>> {
  const { announcer, log } = target;
  let waiting = 0;
  /** Begins a drain, unless too many wait already, and waits for it where that was asked for. */
  const drained = async (
    begin: () => Promise<void>,
    call: Call,
    answer: (status: 200 | 202) => Answer,
  ): Promise<Answer> => {
    if (call.query.get("wait") !== true) return answered(begin(), call, log, answer);
    if (waiting >= mostWaiting)
      return refusal(
        "too-many",
        `${mostWaiting} requests wait for a drain already, and nothing was changed; ask without wait, and look at /v1/vips.`,
      );
    waiting++;
    try {
      return await answered(begin(), call, log, answer);
    } finally {
      waiting--;
    }
  };
  const shown = (prefix: string, status: 200 | 202): Answer => json(vipView(announcer.explain(prefix), target), status);
  return {
    drainVip: (call) => {
      const found = findVip(call.path.prefix ?? "", target);
      if ("answer" in found) return found.answer;
      const { prefix } = found;
      return drained(
        () => announcer.drain(prefix),
        call,
        (status) => shown(prefix, status),
      );
    },
    undrainVip: ({ path }) => {
      const found = findVip(path.prefix ?? "", target);
      if ("answer" in found) return found.answer;
      const { prefix } = found;
      if (announcer.undrain(prefix)) return shown(prefix, 200);
      // Asked twice is no fault; a drain that is somebody else's to end is one.
      if (announcer.drained)
        return refusal("conflict", `${prefix}: is drained with the whole node; undrain the node, POST /v1/undrain.`);
      return shown(prefix, 200);
    },
    drain: (call) => {
      const vips = announcer.prefixes().length;
      return drained(
        () => announcer.drainAll(),
        call,
        (status) => json({ drained: announcer.drained, complete: status === 200, vips }, status),
      );
    },
    undrain: () => {
      announcer.undrainAll();
      return json({ drained: announcer.drained, complete: true, vips: announcer.prefixes().length });
    },
  };
}

/** Waits for a drain where that was asked for. Who goes away meanwhile does not end it. */
async function answered(
  draining: Promise<void>,
  { query, signal }: Call,
  log: Pick<Log, "error">,
  answer: (status: 200 | 202) => Answer,
): Promise<Answer> {
  const done = draining.then(
    () => answer(200),
    (error: unknown) => {
      if (error instanceof DrainNotKeptError) return refusal("failed", `${capital(error.message)}.`);
      // It left the intent meanwhile.
      if (error instanceof RangeError) return refusal("conflict", `${error.message}.`);
      throw error;
    },
  );
  if (query.get("wait") === true) {
    const gone = new Promise<Answer>((resolve) => {
      signal.addEventListener("abort", () => resolve(answer(202)), { once: true });
    });
    return Promise.race([done, gone]);
  }
  // What fails later is in the log and in the events; what fails at once is answered.
  done.catch((error: unknown) => log.error({ err: error }, "a drain failed"));
  return answer(202);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
