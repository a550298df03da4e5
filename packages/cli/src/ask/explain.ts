import type { VerbSpec } from "../arguments/option.ts";
import type { CheckView, Explanation } from "../control/resources/explanation.ts";
import { safeText } from "../output/safe-text.ts";
import { spanText } from "../output/span.ts";
import { type Terminal, toned } from "../output/terminal.ts";
import { ask } from "./ask.ts";
import { looksLikeVip, parseVipOperand, segment } from "./operands.ts";
import { daemonOptions, jsonOption, watchOption } from "./options.ts";
import { remediesOf } from "./remedies.ts";
import { show } from "./show.ts";
import { stateTones } from "./state-tones.ts";

/** `vipcast explain` as its command line sees it. */
export const explainVerb: VerbSpec = {
  name: "explain",
  summary: "Say why a virtual IP is or is not announced, to each peer, and what to do.",
  operandHelp: [["<vip>", "the virtual IP, with or without its length"]],
  completeOperand: "vip",
  looksLikeOperand: looksLikeVip,
  options: [...daemonOptions, watchOption, jsonOption],
  epilogue: `Exit codes: 0 it was explained; 1 no daemon answers; 2 wrong usage, or nothing declares this virtual IP.

Example:
  vipcast explain 192.0.2.10`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask(
    {
      spec: explainVerb,
      parseOperand: parseVipOperand,
      operandRequired: { rule: "needs a virtual IP", remedy: "write for example vipcast explain 192.0.2.10" },
      act: (asking) =>
        show<Explanation>(asking, {
          get: ({ client, operand }) => client.ask({ path: `/v1/explain/${segment(operand ?? "")}` }),
          text: explainText,
          exitCode: ({ state }) => (state === "unknown" ? 2 : 0),
        }),
    },
    argv,
  );
}

/** Why a virtual IP is or is not announced, in words. */
export function explainText(explained: Explanation, terminal: Terminal): string {
  const { vip, state, announced, peers } = explained;
  const told = peers.filter((peer) => peer.announced).length;
  const headline = `${vip} is ${announced ? `announced to ${told} of ${peers.length} peers` : "not announced"}${state === "announced" ? "" : ` (${state})`}`;
  const tone = state !== "announced" ? stateTones[state] : told === 0 ? "bad" : told < peers.length ? "warn" : "good";
  const lines = [toned(safeText(headline), tone, terminal)];
  const add = (depth: number, text: string): void => void lines.push(`${"  ".repeat(depth)}${safeText(text)}`);
  if (state !== "unknown") add(1, `${facts(explained)}`);
  for (const reason of explained.reasons) add(1, `because ${reason}`);
  healthLines(explained, add);
  if (explained.failure !== null) {
    const { step, code, message, attempt, retryInMs } = explained.failure;
    add(1, `${step} failed with ${code} (${message}), attempt ${attempt}; again in ${spanText(retryInMs)}`);
  }
  if (explained.next.length > 0) add(1, `next: ${explained.next.map(({ kind }) => kind).join(", then ")}`);
  for (const peer of peers) {
    add(0, `${peer.peer} (AS ${peer.asn}): ${peer.announced ? "announced" : "not announced"}`);
    if (peer.why !== "") add(1, peer.why);
    if (peer.announced) add(1, `${attributesText(peer.attributes)}; fingerprint ${peer.fingerprint}`);
    if (peer.lastNotificationSent !== undefined)
      add(1, `last NOTIFICATION sent: ${notificationText(peer.lastNotificationSent)}`);
    if (peer.lastNotificationReceived !== undefined)
      add(1, `last NOTIFICATION received: ${notificationText(peer.lastNotificationReceived)}`);
  }
  const remedies = remediesOf(explained);
  if (remedies.length > 0) {
    add(0, "What to do:");
    for (const sentence of remedies) add(1, sentence);
  }
  return `${lines.join("\n")}\n`;
}

function facts({ bound, interface: name, health, preference, standbyMs, weight }: Explanation): string {
  return [
    bound ? `bound on ${name}` : `not bound on ${name}`,
    health === "unknown" ? "health not known yet" : health,
    `preference ${preference} of 10${standbyMs > 0 ? `, standby for ${spanText(standbyMs)} more` : ""}`,
    ...(weight === null ? [] : [`weight ${weight} bits/s`]),
  ].join(", ");
}

function healthLines({ verdict }: Explanation, add: (depth: number, text: string) => void): void {
  if (verdict === null) return;
  const { check, pushed, flaps, holdDownMs, siblings, maintenance } = verdict;
  if (check !== null) checkLines(check, 1, add);
  if (pushed !== null) {
    const until = pushed.expiresInMs === null ? "until the next" : `for ${spanText(pushed.expiresInMs)} more`;
    add(
      1,
      `pushed verdict: ${pushed.health} ${until}${pushed.causes.length === 0 ? "" : ` (${pushed.causes.join("; ")})`}`,
    );
  }
  if (verdict.judged !== verdict.health) {
    const held = holdDownMs > 0 ? `, ${flaps} turns for the worse: held down for ${spanText(holdDownMs)} more` : "";
    add(1, `judged ${verdict.judged}, counts as ${verdict.health}${held}`);
  }
  if (siblings !== undefined)
    add(
      1,
      siblings === null
        ? "last-node guard: whether another node announces it cannot be known"
        : `last-node guard: ${siblings.length === 0 ? "no other node is seen to announce it" : `also announced by ${siblings.join(", ")}`}`,
    );
  if (maintenance?.present === true) add(1, `the maintenance file ${maintenance.file} is there`);
}

function checkLines(check: CheckView, depth: number, add: (depth: number, text: string) => void): void {
  if (check.of !== undefined) {
    add(depth, `${check.kind} of these checks: ${check.health}`);
    for (const one of check.of) checkLines(one, depth + 1, add);
    return;
  }
  if (check.kind === "pushed") {
    add(depth, `a verdict is pushed: ${check.health}`);
    return;
  }
  const { name = check.kind, health, last, timing, successes = 0, failures = 0, total = 0, totalFailed = 0 } = check;
  const row = failures > 0 ? `${failures} failed in a row` : `${successes} succeeded in a row`;
  add(depth, `check ${name}: ${health}, ${row}, ${totalFailed} of ${total} failed`);
  if (last !== null && last !== undefined)
    add(
      depth + 1,
      `last, ${spanText(last.agoMs)} ago: ${last.ok ? "succeeded" : "failed"}${last.detail === "" ? "" : `, ${last.detail}`}`,
    );
  if (last?.output !== undefined && last.output !== "")
    for (const line of last.output.trimEnd().split("\n").slice(-10)) add(depth + 1, `| ${line}`);
  if (timing !== undefined)
    add(
      depth + 1,
      `every ${spanText(timing.intervalMs)}, answer within ${spanText(timing.timeoutMs)}, rise ${timing.rise}, fall ${timing.fall}; ${check.onFailure} on failure`,
    );
}

type PeerPart = Explanation["peers"][number];

function attributesText(attributes: PeerPart["attributes"]): string {
  const { nextHop, med, localPref, prepend, largeCommunities = [] } = attributes;
  return [
    `next hop ${nextHop}`,
    ...(prepend === undefined || prepend === 0 ? [] : [`prepended ${prepend} times`]),
    ...(med === undefined ? [] : [`MED ${med}`]),
    ...(localPref === undefined ? [] : [`LOCAL_PREF ${localPref}`]),
    ...(largeCommunities.length === 0 ? [] : [`large communities ${largeCommunities.join(" ")}`]),
  ].join(", ");
}

function notificationText({ text, code, subcode }: NonNullable<PeerPart["lastNotificationSent"]>): string {
  return `${text} (${code}/${subcode})`;
}
