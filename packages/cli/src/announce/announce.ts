import type { AnnouncerEvent, Refusal } from "@vipcast/announcer";
import { capabilityRemedy } from "@vipcast/linux";
import type { RawArguments } from "../arguments/option.ts";
import type { Problem } from "../arguments/problem.ts";
import { problemSentence } from "../arguments/problem.ts";
import { EventWriter } from "../output/event-writer.ts";
import { createLog } from "../output/log.ts";
import { writeAsynchronously } from "../output/streams.ts";
import type { SignalInbox } from "../signals.ts";
import { Announcement } from "./announcement.ts";
import { automaticRouterId } from "./automatic-router-id.ts";
import { hasCapability } from "./capabilities.ts";
import type { InstanceClaim } from "./instance.ts";
import { claimInstance } from "./instance.ts";
import type { Preflight } from "./preflight.ts";
import { preflight } from "./preflight.ts";
import { supervise } from "./supervise.ts";
import { WeightWatches } from "./watch-weight.ts";

/** Checks what was asked for, then announces it until a signal ends it. `problems` were found by the parser already. Returns the exit code. */
export async function announce(raw: RawArguments, problems: readonly Problem[], signals: SignalInbox): Promise<number> {
  const checked = await preflight(raw, process.env);
  const { settings, refusals, host, fault } = checked;
  const sentences = [...problems, ...checked.problems].map(problemSentence);
  sentences.push(...refusals.map(({ message }) => `${message}.`));
  if (sentences.length > 0) return refuse(sentences, settings.json ? refusals : []);
  if (fault !== null) return fail(`the addresses of this host cannot be read: ${fault}`);
  if (host.mark === null) return serve(checked, null, signals);

  if (!hasCapability("CAP_NET_ADMIN")) {
    return fail(
      `virtual IPs cannot be bound: ${capabilityRemedy("CAP_NET_ADMIN")}, or leave binding to others with --no-bind`,
    );
  }
  const claimed = await claimInstance(host.stateDir, host.mark);
  if (!claimed.ok) return fail(claimed.message);
  return serve(checked, claimed.claim, signals);
}

async function serve(checked: Preflight, claim: InstanceClaim | null, signals: SignalInbox): Promise<number> {
  const { settings, vips, passwords, host, left } = checked;
  const oneTerminal = process.stdout.isTTY && process.stderr.isTTY && !settings.json;
  const log = createLog(settings.logLevel ?? (oneTerminal ? "warn" : "info"));
  for (const warning of passwords.warnings) log.warn({}, warning);
  const routerId = settings.routerId ?? automaticRouterId(checked, log, "--router-id");
  const announcement = new Announcement({ settings, vips, keys: passwords.keys, routerId, host, log, left });
  try {
    await announcement.listen();
  } catch (error) {
    await announcement.stop("cannot listen");
    claim?.release();
    return fail(`nothing was bound: ${error instanceof Error ? error.message : String(error)}`);
  }
  log.info(
    { asn: settings.asn, routerId, vips: vips.map(({ prefix }) => prefix), stateDir: host.stateDir },
    "announcing",
  );
  const writer = new EventWriter(writeAsynchronously(process.stdout), settings.json, (error) => {
    log.warn({ err: error }, "nobody reads standard output any more; the announcement goes on without events");
  });
  const weights = new WeightWatches(announcement.announcer, log);
  // One answer for all of them.
  if (settings.weightFrom !== null && vips.length > 0) weights.set([{ from: settings.weightFrom, vips }]);
  const code = await supervise(announcement, {
    writer,
    log,
    stopTimeoutMs: () => settings.stopTimeoutMs,
    signals,
    name: "vipcast announce",
  });
  weights.stop();
  host.kernel.close();
  claim?.release();
  return code;
}

/** Wrong usage: one sentence for each problem, and nothing was touched. Programs that read events get the refused VIPs as such. */
function refuse(sentences: readonly string[], refusals: readonly Refusal[]): number {
  const time = new Date().toISOString();
  for (const { vip, rule, message } of refusals) {
    const event: AnnouncerEvent = { time, event: "vip.refused", vip, rule, causes: [message] };
    process.stdout.write(`${JSON.stringify(event)}\n`);
  }
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  process.stderr.write("Nothing was bound and no session was opened; vipcast announce --help shows the options.\n");
  return 2;
}

function fail(message: string): number {
  process.stderr.write(`vipcast announce: ${message}.\n`);
  return 1;
}
