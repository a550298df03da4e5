import type { Check, DesiredVip, GivenHealth } from "@vipcast/announcer";
import type { WeightFrom } from "../../announce/watch-weight.ts";
import { buildVip } from "../../config/read-config.ts";
import type { VipEntryInput } from "../../config/schema/vip.ts";
import { bindingFault } from "../../run/rights.ts";
import { durationText } from "../../values/numbers.ts";
import type { Finding } from "../resources/problem.ts";
import { type Answer, type Handler, json, refusal } from "../server/answer.ts";
import { findingOf, valueSources } from "../server/findings.ts";
import { findingsProblem } from "../server/read-body.ts";
import { listPieces } from "../server/respond.ts";
import type { ControlTarget } from "../target.ts";
import { sortedPrefixes, vipView } from "../views/vip.ts";
import { findVip, readVipName } from "./vip-named.ts";

/** More than anybody declares by hand; each has its memory and its checks. */
const mostDeclared = 20_000;

/** Virtual IPs: looking at them, declaring them, and verdicts about them. */
export function vipHandlers(
  target: ControlTarget,
): Readonly<Record<"vips" | "vip" | "putVip" | "deleteVip" | "putHealth" | "explain" | "resetVip", Handler>> {
  const { announcer, daemon } = target;
  const shown = (prefix: string): Answer => json(vipView(announcer.explain(prefix), target));
  const named =
    (act: (prefix: string, call: Parameters<Handler>[0]) => Answer | Promise<Answer>): Handler =>
    (call) => {
      const found = findVip(call.path.prefix ?? "", target);
      return "answer" in found ? found.answer : act(found.prefix, call);
    };
  return {
    vips: () => ({ kind: "pieces", type: "application/json", pieces: listPieces("vips", eachVip(target)) }),
    vip: named(shown),
    explain: ({ path }) => {
      const found = readVipName(path.prefix ?? "");
      return "answer" in found ? found.answer : json(announcer.explain(found.prefix));
    },
    resetVip: named((prefix) => {
      announcer.resetDamping(prefix);
      return shown(prefix);
    }),
    putHealth: named((prefix, { body }) => {
      const { state, ttl, cause } = body as { state: GivenHealth; ttl?: number; cause?: string };
      const taken = announcer.setHealth(prefix, state, ttl, cause);
      if (taken) return shown(prefix);
      return refusal("conflict", `${prefix}: is on its way out, and its health does not matter any more.`);
    }),
    putVip: async ({ path, query, body, written }) => {
      if (target.state() === "stopping") return refusal("stopping", "vipcast is stopping and takes no virtual IP.");
      const name = readVipName(path.prefix ?? "");
      if ("answer" in name) return name.answer;
      const value = { ...((written ?? {}) as Record<string, unknown>), prefix: path.prefix ?? "" };
      const input = { ...((body ?? {}) as object), prefix: path.prefix ?? "" } as VipEntryInput;
      const built = buildVip(input, valueSources(value), []);
      if (built.vip === null) {
        return { kind: "problem", problem: findingsProblem(built.problems.map(findingOf)) };
      }
      const inBody = (body as { readonly prefix?: string } | undefined)?.prefix;
      const findings = [...contradictions(built.vip, inBody, target), ...programs(built.vip.check, built.weightFrom)];
      if (findings.length > 0) return { kind: "problem", problem: findingsProblem(findings) };
      const { prefix } = built.vip;
      if (daemon.isFromFiles(prefix)) {
        const detail = `${prefix}: stands in the configuration files; change it there and reload, or take it out of them first.`;
        return refusal("conflict", detail);
      }
      if (daemon.declared(prefix) === undefined && daemon.allDeclared().length >= mostDeclared)
        return refusal("too-many", `${mostDeclared} virtual IPs are declared over the control API; delete some first.`);
      const fault = await daemon.declare({
        weightFrom: built.weightFrom,
        vip: built.vip,
        written: value,
        persisted: query.get("persist") === true,
      });
      if (fault !== null)
        return refusal("failed", `${prefix} is declared until vipcast ends: ${fault}; free the disk and put it again.`);
      return shown(prefix);
    },
    deleteVip: named(async (prefix) => {
      if (daemon.declared(prefix) === undefined) {
        const detail = daemon.isFromFiles(prefix)
          ? `${prefix}: stands in the configuration files; take it out of them and reload, or drain it.`
          : `${prefix}: is on its way out already.`;
        return refusal("conflict", detail);
      }
      const fault = await daemon.takeBack(prefix);
      if (fault !== null)
        return refusal("failed", `${prefix} is taken away, and comes back when vipcast is started again: ${fault}.`);
      return shown(prefix);
    }),
  };
}

/** One that went between two turns is passed over. */
function* eachVip(target: ControlTarget): Generator<unknown> {
  for (const prefix of sortedPrefixes(target.announcer)) {
    const explained = target.announcer.explain(prefix);
    yield explained.state === "unknown" ? null : vipView(explained, target);
  }
}

/**
 * Whoever may use the API may stop the daemon; running programs as its user, who is root as a rule, would be more than that.
 */
function programs(check: Check | null, weightFrom: WeightFrom | null): Finding[] {
  const rule = "would run a program as the user of the daemon, which the control API does not do";
  const remedy = "declare the virtual IP in the configuration files, or use another kind";
  const found: Finding[] = [];
  const report = (path: string): void => {
    found.push({ path, value: null, rule, remedy, sentence: `${path}: ${rule}; ${remedy}.` });
  };
  if (check !== null && runsProgram(check)) report("check");
  if (weightFrom?.source.from.kind === "exec") report("weightFrom");
  return found;
}

function runsProgram(check: Check): boolean {
  switch (check.kind) {
    case "probe":
      return check.probe.kind === "exec";
    case "pushed":
      return false;
    case "all":
    case "any":
      return check.of.some(runsProgram);
    default:
      return check satisfies never;
  }
}

/** What a configuration file would be refused for as well, and only the whole of it tells. */
function contradictions(vip: DesiredVip, inBody: string | undefined, { daemon, routerId }: ControlTarget): Finding[] {
  const findings: Finding[] = [];
  const report = (path: string, value: string, rule: string, remedy: string): void => {
    findings.push({ path, value, rule, remedy, sentence: `${path} ${value}: ${rule}; ${remedy}.` });
  };
  const { prefix, address, drainMs } = vip;
  const other = inBody === undefined ? null : readVipName(inBody);
  if (inBody !== undefined && !(other !== null && "prefix" in other && other.prefix === prefix))
    report("prefix", inBody, `is not the ${prefix} of the path`, "leave it out");
  const { peers, stopTimeoutMs } = daemon.running.settings;
  const elsewhere = "write an address that only the virtual IP has";
  if (address === routerId) report("prefix", prefix, "is the router id of this node", elsewhere);
  if (peers.some((peer) => peer.address === address)) report("prefix", prefix, "is the address of a peer", elsewhere);
  if (drainMs !== null && drainMs > stopTimeoutMs) {
    const rule = `is longer than the ${durationText(stopTimeoutMs)} that a stop may take, and would be cut short`;
    report("drain", durationText(drainMs), rule, "write a shorter one, or a longer stopTimeout in the configuration");
  }
  const fault = bindingFault([vip]);
  if (fault !== null) report("bind", "true", "is not possible for this process", fault);
  return findings;
}
