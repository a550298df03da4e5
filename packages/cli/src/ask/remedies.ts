import type { CheckView, Explanation } from "../control/resources/explanation.ts";
import { spanText } from "../output/span.ts";

/** What to do for a virtual IP to be announced everywhere, as sentences, the most important first; empty where nothing is to be done. */
export function remediesOf(explained: Explanation): readonly string[] {
  const { state, vip, refusal, failure, verdict } = explained;
  switch (state) {
    case "announced":
    case "bound":
    case "waiting":
      return [...healthRemedies(explained), ...peerRemedies(explained)];
    case "drained":
    case "draining":
      return verdict?.maintenance?.present === true
        ? [`It is drained while ${verdict.maintenance.file} exists: remove the file.`]
        : [
            `Put it back into service with vipcast undrain ${vip}; where the whole node is drained, with vipcast undrain.`,
          ];
    case "refused":
      return refusal === null
        ? []
        : [`${sentenceOf(refusal.message)} Change the configuration and run vipcast reload.`];
    case "damped":
      return [
        `It is held down for ${spanText(Math.max(explained.holdDownMs, verdict?.holdDownMs ?? 0))} more, because it changed too often: find out who removes the address or why the check flaps; vipcast events --since 1h shows when.`,
      ];
    case "failing":
      return failure === null
        ? []
        : [
            `${failure.step} is tried again in ${spanText(failure.retryInMs)}: see what the kernel said (${failure.code}), and ip address show dev ${explained.interface}.`,
          ];
    case "leaving":
      return ["It is on its way out, because nothing declares it any more."];
    case "unknown":
      return [
        `Nothing declares ${vip}: add it to vips in the configuration and run vipcast reload; vipcast vips lists those there are.`,
      ];
    default:
      return state satisfies never;
  }
}

function healthRemedies({ health, verdict }: Explanation): string[] {
  if (health === "healthy" || verdict === null) return [];
  const failing = probesOf(verdict.check).filter((check) => check.health !== "healthy");
  const sentences = failing.map(
    (check) =>
      `Make ${check.name ?? "its check"} succeed ${check.timing?.rise ?? 1} times in a row, ${spanText(check.timing?.intervalMs ?? 1000)} apart; what it saw last is above.`,
  );
  if (verdict.pushed !== null && verdict.pushed.health !== "healthy")
    sentences.push("Somebody pushed this verdict, or has stopped to: see who uses PUT /v1/vips/…/health.");
  return sentences;
}

/** Every check that looks by itself. */
export function probesOf(check: CheckView | null): readonly CheckView[] {
  if (check === null) return [];
  return check.of === undefined ? (check.kind === "pushed" ? [] : [check]) : check.of.flatMap(probesOf);
}

/** BGP's Hold Timer Expired, after which routers keep us out for a while. */
const holdTimerExpired = 4;

function peerRemedies({ peers }: Explanation): string[] {
  const away = peers.filter(({ established }) => !established);
  if (away.length === 0) return [];
  const sentences = [
    `The session with ${away.map(({ peer }) => peer).join(", ")} is tried again by itself; vipcast peers says why it is down, and docs/sessions.md what each reason means.`,
  ];
  const expired = away.some(({ lastNotificationSent: sent, lastNotificationReceived: received }) =>
    [sent, received].some(
      (last) => last !== undefined && (last.code === holdTimerExpired || last.code < holdTimerExpired),
    ),
  );
  if (expired)
    sentences.push(
      "After an error BIRD keeps a neighbour out for 60 s and more unless it is told otherwise: write error wait time 1, 5 (vipcast peers --router-config bird).",
    );
  return sentences;
}

function sentenceOf(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
