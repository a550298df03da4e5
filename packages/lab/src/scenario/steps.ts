import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { hostAddresses } from "../topology/build.ts";
import { sleep } from "../wait.ts";
import { checkCleanedUp, checkWithdrawnBeforeUnbound } from "./promises.ts";
import type { FaultMeasurement } from "./result.ts";
import type { ScenarioRun } from "./run.ts";

/** So many routes are written out at the start. */
const shownRoutes = 3;

/** Names of the nodes whose announcer runs. */
export function runningNodes({ lab }: ScenarioRun): readonly string[] {
  return lab.nodes.filter((node) => node.announcer !== null && node.announcer.exit === null).map((node) => node.name);
}

/** Starts every node and waits for the full ECMP set, answered by every node. */
export async function startAll(run: ScenarioRun): Promise<void> {
  const { lab } = run;
  const names = lab.nodes.map((node) => node.name);
  await run.step(`start ${names.length} nodes`, async () => {
    await Promise.all(lab.nodes.map((node) => node.start()));
    await Promise.all(lab.nodes.map((node) => node.waitForEvent("peer.established")));
    return `${names.length} sessions Established with ${await lab.router.version()}`;
  });
  await run.step("the router spreads the traffic over all nodes", async () => {
    await lab.waitForNextHops(names);
    const { vips } = lab.plan;
    const shown = await Promise.all(vips.slice(0, shownRoutes).map((vip) => describeRoute(run, vip)));
    return [...shown, ...(vips.length > shownRoutes ? [`${vips.length - shownRoutes} more VIPs alike`] : [])].join(
      "; ",
    );
  });
  await allAnswer(run, names);
}

/** The route in the router's kernel, or in its table, in words. */
async function describeRoute({ lab }: ScenarioRun, vip: string): Promise<string> {
  const hops = await lab.router.routes(vip);
  if (hops.length > 0)
    return `${vip} in its kernel via ${hops.map((hop) => `${hop.via} dev ${hop.device}`).join(", ")}`;
  return `${vip} in its BGP table via ${(await lab.nextHops(vip)).join(", ")}`;
}

/** Waits until the client was answered by each of these nodes on each VIP, from now on. */
export async function allAnswer(run: ScenarioRun, names: readonly string[]): Promise<void> {
  const { client, plan } = run.lab;
  if (client === null) return;
  await run.step(`the client reaches ${names.join(", ")}`, async () => {
    const since = monotonicMs();
    const deadline = since + 5000;
    for (;;) {
      const fresh = client.probes.filter((probe) => probe.at >= since);
      const missing = plan.vips.flatMap((vip) =>
        names.filter((name) => !fresh.some((probe) => probe.target === vip && probe.answer === name)),
      );
      const strangers = new Set(
        fresh.map((probe) => probe.answer).filter((name) => name !== null && !names.includes(name)),
      );
      if (missing.length === 0) {
        const counts = names.map((name) => `${name} ${fresh.filter((probe) => probe.answer === name).length}`);
        if (strangers.size > 0) throw new LabError("timeout", `${[...strangers].join(", ")} answered as well`);
        return `answers: ${counts.join(", ")}`;
      }
      if (monotonicMs() > deadline) {
        const errors = [...new Set(fresh.map((probe) => probe.error).filter((error) => error !== null))];
        throw new LabError(
          "timeout",
          `no answer from ${[...new Set(missing)].join(", ")} (${errors.join(", ") || "other nodes answered"})`,
        );
      }
      await sleep(20);
    }
  });
}

/** Looks for `ms` milliseconds: no route may change and every new connection must be answered. */
export async function steadyFor(run: ScenarioRun, ms: number): Promise<void> {
  const { client, vantage, plan } = run.lab;
  const allHops = async (): Promise<string> =>
    (await Promise.all(plan.vips.map((vip) => run.lab.nextHops(vip)))).map((hops) => hops.join(" ")).join("; ");
  await run.step(`nothing changes for ${ms} ms`, async () => {
    const since = monotonicMs();
    const before = await allHops();
    await sleep(ms);
    const after = await allHops();
    if (after !== before) throw new LabError("command-failed", `the next hops changed from [${before}] to [${after}]`);
    const changes = (vantage?.readings ?? []).filter((reading) => reading.from >= since);
    const probes = (client?.probes ?? []).filter((probe) => probe.at >= since);
    const failed = probes.filter((probe) => probe.answer === null);
    if (changes.length > 0) throw new LabError("command-failed", `the router's routes changed ${changes.length} times`);
    if (failed.length > 0)
      throw new LabError(
        "command-failed",
        `${failed.length} of ${probes.length} connections failed (${failed[0]?.error})`,
      );
    return client === null ? "no route changed" : `${probes.length} new connections, all answered, no route changed`;
  });
}

/** SIGKILL for a whole node: its announcer and its service. */
export async function killNode(run: ScenarioRun, name: string): Promise<void> {
  const expected = runningNodes(run).filter((other) => other !== name);
  await run.step(`kill ${name} (SIGKILL)`, async () => {
    const act = (): Promise<void> => run.lab.node(name).kill();
    return describeFault(await run.fault({ name: `kill ${name}`, node: name, expected, act, excused: true }), expected);
  });
}

/** SIGTERM for a node's announcer, and the promises of an orderly end. */
export async function stopNode(run: ScenarioRun, name: string): Promise<void> {
  const { lab } = run;
  const node = lab.node(name);
  const expected = runningNodes(run).filter((other) => other !== name);
  let since = 0;
  await run.step(`stop ${name} (SIGTERM)`, async () => {
    const act = async (): Promise<void> => {
      since = monotonicMs();
      const exit = await node.stop();
      if (exit.code !== 0)
        throw new LabError(
          "command-failed",
          `${name} ended with ${exit.signal ?? `exit code ${exit.code}`}: ${node.lastWords()}`,
        );
    };
    return describeFault(await run.fault({ name: `stop ${name}`, node: name, expected, act }), expected);
  });
  const observation = run.observation();
  if (node.host === null || observation === null) return;
  const { ipv4, ipv6 } = node.plan.addresses;
  const own = [ipv4, ...(ipv6 === null ? [] : [ipv6]), "127.0.0.1"];
  const before = run.broken.length;
  run.broken.push(
    ...checkWithdrawnBeforeUnbound(observation, name, node.addressChanges, since),
    ...checkCleanedUp(name, lab.plan.vips, await hostAddresses(lab.sandbox, node.host), own),
  );
  await run.step(`${name} withdrew first and cleaned up after itself`, async () => {
    if (run.broken.length > before)
      return run.broken
        .slice(before)
        .map((promise) => `${promise.vip}: ${promise.detail}`)
        .join("; ");
    const unbound = node.addressChanges
      .filter((change) => !change.bound && change.at >= since)
      .map((change) => change.at);
    return `withdrawn at the router while the VIP still answered, unbound ${Math.round(Math.min(...unbound) - since)} ms after SIGTERM, nothing left`;
  });
}

/** A fault's cost in words. */
export function describeFault(fault: FaultMeasurement, expected: readonly string[]): string {
  if (fault.convergedMs === null)
    throw new LabError("timeout", `the next hops never became ${expected.join(", ") || "none"}`);
  const converged = `next hops [${expected.join(", ")}] after ${fault.convergedMs} ms`;
  if (fault.outageMs === null) return converged;
  const codes = Object.entries(fault.probeErrors).map(([error, count]) => `${error} ${count}`);
  const errors = codes.length === 0 ? "" : ` (${codes.join(", ")})`;
  const elsewhere = fault.connectionsResetElsewhere === 0 ? "" : ` (${fault.connectionsResetElsewhere} of other nodes)`;
  return `outage ${fault.outageMs} ms, ${fault.probesFailed} of ${fault.probes} new connections failed${errors}, ${fault.connectionsReset} of ${fault.connections} long-lived ones reset${elsewhere}, ${converged}`;
}
