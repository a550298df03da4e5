import type { Lab } from "../lab.ts";
import type { FaultMeasurement, LabResult, StepResult } from "../scenario/result.ts";
import { addressOf } from "../topology/plan.ts";

/** One line for a finished step. */
export function stepLine(step: StepResult): string {
  return `${step.ok ? "ok  " : "FAIL"} ${step.name}: ${step.detail} (${seconds(step.ms)})`;
}

/** The topology of a lab in lines. */
export function topologyLines(lab: Lab): readonly string[] {
  const names = lab.nodes.map((node) => `${node.name} ${node.plan.addresses.ipv4} AS${node.plan.asn}`);
  const router = `router ${lab.plan.router.lan.ipv4} AS${lab.plan.router.asn} (${lab.router.kind})`;
  if (lab.mode === "loopback") return [`${router} ── ${names.join(", ")}`];
  const left = `client ${lab.plan.client.addresses.ipv4} ── ${router} ── switch `;
  return names.map((name, index) => {
    const branch = names.length === 1 ? "──" : index === 0 ? "┬─" : index === names.length - 1 ? "└─" : "├─";
    return `${index === 0 ? left : " ".repeat(left.length)}${branch} ${name}`;
  });
}

/** What remains to be said after the steps. */
export function summaryLines(result: LabResult): readonly string[] {
  const lines = result.faults.length === 0 ? [] : ["", ...table(result.faults)];
  if (result.modeReason === null) {
    const answers = Object.entries(result.answers).map(([node, count]) => `${node} ${count}`);
    lines.push("", `Answers to the client's new connections: ${answers.join(", ")}`);
  }
  for (const { promise, node, vip, detail } of result.promisesBroken)
    lines.push(`Promise ${promise} broken by ${node} for ${addressOf(vip)}: ${detail}`);
  if (result.seed !== null) lines.push(againLine(result));
  else if (Object.keys(result.counts).length > 0) lines.push(`Counted: ${countsText(result.counts)}`);
  if (!result.ok) lines.push(`The lab's own process had to wait for its turn for up to ${result.lateMs} ms.`);
  const failed = result.steps.filter((step) => !step.ok).length;
  const verdict = result.ok
    ? "every step succeeded, no promise broken"
    : `${failed} steps failed, ${result.promisesBroken.length} promises broken`;
  lines.push(
    `Scenario ${result.scenario} with router ${result.router.kind}: ${verdict}, ${seconds(result.durationMs)}`,
  );
  return lines;
}

/** What to write to have the same faults again. */
function againLine({ router, nodes, scenario, seed, chaos, counts }: LabResult): string {
  const counted = chaos === null ? countsText(counts) : `${chaos.faults.length} faults`;
  const times = counts.times === undefined ? "" : ` --times ${counts.times}`;
  const seconds = chaos === null ? "" : ` --seconds ${chaos.seconds}`;
  const command = `vipcast lab --scenario ${scenario} --router ${router.kind} --nodes ${nodes.length} --seed ${seed}${times}${seconds}`;
  return `Seed ${seed}, ${counted}; the same again: ${command}`;
}

function countsText(counts: LabResult["counts"]): string {
  return Object.entries(counts)
    .filter(([name]) => name !== "times")
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

/** Said once when there are no namespaces. */
export function loopbackNotice(reason: string): string {
  return `No network namespaces: ${reason}. The lab runs on 127.0.0.0/8 instead: sessions and routes are real, but no address is bound, no route reaches a kernel, and no outage can be measured.`;
}

function table(faults: readonly FaultMeasurement[]): string[] {
  const header = ["fault", "outage", "longest gap", "converged", "new failed", "long-lived reset"];
  const rows = faults.map((fault) => [
    fault.fault,
    milliseconds(fault.outageMs),
    milliseconds(fault.longestGapMs),
    milliseconds(fault.convergedMs),
    fault.outageMs === null ? "-" : `${fault.probesFailed} of ${fault.probes}`,
    fault.connections === 0 ? "-" : `${fault.connectionsReset} of ${fault.connections}`,
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function milliseconds(value: number | null): string {
  return value === null ? "-" : `${value} ms`;
}

/** `0.8 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
