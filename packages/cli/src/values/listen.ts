import { accept, type Parsed, refuse } from "../arguments/problem.ts";
import { parseAddress } from "./address.ts";

/** An address and port to listen on. */
export interface ListenSettings {
  readonly host: string;
  readonly port: number;
}

/** `ADDR`, `ADDR:PORT`, `[ADDR]`, `[ADDR]:PORT`, or a bare IPv6 address. `examples` is the end of the remedy, `defaultPort` what a missing port means. */
export function parseListen(text: string, examples: string, defaultPort = 179): Parsed<ListenSettings> {
  const match = /^(\[[^\]]+\]|[^:]+):(\d{1,6})$/.exec(text);
  const address = parseAddress(match?.[1] ?? text);
  const port = Number(match?.[2] ?? defaultPort);
  if (address === null || address.range === "multicast" || address.range === "broadcast" || port < 1 || port > 65535) {
    return refuse(
      "is an address of this host, and after a colon a port from 1 to 65535",
      `write for example ${examples}`,
    );
  }
  return accept({ host: address.zone === null ? address.text : `${address.text}%${address.zone}`, port });
}

/** As it is written. */
export function listenText({ host, port }: ListenSettings): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** One that the one at `index` contradicts, among those before it, and why: the same, or an address for all that takes it in. */
export function listenConflict(
  listen: readonly ListenSettings[],
  index: number,
): { readonly other: ListenSettings; readonly same: boolean } | null {
  const one = listen[index];
  if (one === undefined) return null;
  const any = (host: string): boolean => host === "0.0.0.0" || host === "::";
  const before = listen.slice(0, index).filter(({ host, port }) => {
    return port === one.port && host.includes(":") === one.host.includes(":");
  });
  const same = before.find(({ host }) => host === one.host);
  if (same !== undefined) return { other: same, same: true };
  const wider = before.find(({ host }) => any(host) || any(one.host));
  return wider === undefined ? null : { other: wider, same: false };
}
