import { readdirSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { onTestFinished } from "vitest";
import { probesOf } from "../../../src/health/judge.ts";
import { parseCheck } from "../../../src/health/parse-check.ts";
import { type CheckInput, nodeChecks, type ProbeOutcome } from "../../../src/index.ts";

/** Carries out one probe against the real thing. */
export async function run(input: CheckInput, timeoutMs = 2000): Promise<ProbeOutcome> {
  const parsed = parseCheck(input);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  const context = { vip: "192.0.2.10/32", address: "192.0.2.10", interface: "lo", timeoutMs, signal: abort.signal };
  try {
    return await nodeChecks().probe(probesOf(parsed.check)[0]!.probe, context);
  } finally {
    clearTimeout(timer);
  }
}

/** The port of a server that listens until the end of the current test. */
export async function listening(server: TcpServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

/** How many descriptors this process has open. */
export const descriptors = (): number => readdirSync("/proc/self/fd").length;
