import type { HealthPort, IcmpProbe, Probe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { checkDns } from "./dns.ts";
import { checkExec } from "./exec.ts";
import { checkHttp } from "./http.ts";
import { aborted, failed } from "./outcome.ts";
import { checkTcp } from "./tcp.ts";

/** Sends one echo request and resolves with how long the answer took, milliseconds. Rejects when there is none, and soon after the signal. */
export type Ping = (address: string, options: { readonly signal: AbortSignal }) => Promise<number>;

/** What {@link nodeChecks} cannot do by itself. */
export interface NodeChecksOptions {
  /** Node has no ICMP; `ping` of `@vipcast/linux` is one. Without it `icmp` checks fail, and say so. */
  readonly ping?: Ping;
}

/** Carries out checks with what Node has: sockets, HTTP, processes, DNS. Modules are loaded with the first check that needs them. */
export function nodeChecks(options: NodeChecksOptions = {}): HealthPort {
  return {
    probe: (probe, context) => carryOut(probe, context, options),
    exists: async (path) => {
      const { stat } = await import("node:fs/promises");
      try {
        await stat(path);
        return true;
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : "";
        if (code === "ENOENT" || code === "ENOTDIR") return false;
        throw error;
      }
    },
  };
}

function carryOut(probe: Probe, context: ProbeContext, { ping }: NodeChecksOptions): Promise<ProbeOutcome> {
  const { signal, timeoutMs } = context;
  switch (probe.kind) {
    case "tcp":
      return checkTcp(probe, signal);
    case "http":
      return checkHttp(probe, signal);
    case "exec":
      return checkExec(probe, context);
    case "icmp":
      return checkIcmp(probe, signal, ping);
    case "dns":
      return checkDns(probe, timeoutMs, signal);
    default:
      return probe satisfies never;
  }
}

async function checkIcmp({ address }: IcmpProbe, signal: AbortSignal, ping: Ping | undefined): Promise<ProbeOutcome> {
  if (ping === undefined)
    return failed("no echo request can be sent: give nodeChecks a ping, for example that of @vipcast/linux");
  try {
    const tookMs = await ping(address, { signal });
    return { ok: true, detail: `${address} answered after ${Math.round(tookMs * 10) / 10} ms` };
  } catch (error) {
    return signal.aborted ? aborted : failed(error);
  }
}
