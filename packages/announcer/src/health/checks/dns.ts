import type { AnyRecord } from "node:dns";
import type { DnsProbe, ProbeOutcome } from "../probe.ts";
import { aborted, failed, oneLine } from "./outcome.ts";

/** Asks one server, once. */
export async function checkDns(probe: DnsProbe, timeoutMs: number, signal: AbortSignal): Promise<ProbeOutcome> {
  const { Resolver } = await import("node:dns/promises");
  if (signal.aborted) return aborted;
  const { server, port, name, type, expect } = probe;
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs), tries: 1 });
  const onAbort = (): void => resolver.cancel();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    resolver.setServers([`${server.includes(":") ? `[${server}]` : server}:${port}`]);
    const found = await resolver.resolve(name, type);
    const answers = (Array.isArray(found) ? found : [found]).map(recordText);
    const said = oneLine(answers.join(", "));
    const wanted = expect.map(normal);
    if (answers.length === 0) return { ok: false, detail: `no ${type} record of ${name}` };
    if (wanted.length > 0 && !answers.some((answer) => wanted.includes(normal(answer))))
      return { ok: false, detail: `${name} is ${said}, and not ${oneLine(expect.join(" or "))}` };
    return { ok: true, detail: `${name} is ${said}` };
  } catch (error) {
    return signal.aborted ? aborted : failed(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function normal(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, "");
}

/** A record as `dig` writes it. */
function recordText(record: string | string[] | AnyRecord | object): string {
  if (typeof record === "string") return record;
  if (Array.isArray(record)) return record.join("");
  const { type: _type, ...fields } = record as Record<string, unknown>;
  const { priority, exchange, weight, port, name, nsname, hostmaster, serial } = fields;
  if (exchange !== undefined) return `${priority} ${exchange}`;
  if (weight !== undefined) return `${priority} ${weight} ${port} ${name}`;
  if (nsname !== undefined) return `${nsname} ${hostmaster} ${serial}`;
  return Object.values(fields).join(" ");
}
