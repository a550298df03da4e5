import { readFileSync } from "node:fs";
import { formatAddress } from "@vipcast/bgp";

/** The gateways of the default routes of this network namespace; a link-local one with its interface. Empty where /proc says nothing. */
export function defaultGateways(proc = "/proc/net"): string[] {
  const found = [
    ...lines(`${proc}/route`).flatMap(([name, destination, gateway, , , , , mask]) =>
      name !== undefined && destination === "00000000" && mask === "00000000" && gateway !== undefined
        ? ipv4Gateway(gateway)
        : [],
    ),
    ...lines(`${proc}/ipv6_route`).flatMap(([destination, length, , , gateway, , , , , name]) =>
      destination === "0".repeat(32) && length === "00" && gateway !== undefined && name !== undefined
        ? ipv6Gateway(gateway, name)
        : [],
    ),
  ];
  return [...new Set(found)];
}

function lines(file: string): string[][] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

/** The kernel prints the 32 bits as a number of this machine: the octets of a little-endian one come in reverse. */
function ipv4Gateway(hex: string): string[] {
  if (!/^[0-9A-F]{8}$/.test(hex) || hex === "00000000") return [];
  const octets = new Uint8Array(Uint32Array.of(Number.parseInt(hex, 16)).buffer);
  return [formatAddress(octets)];
}

function ipv6Gateway(hex: string, name: string): string[] {
  if (!/^[0-9a-f]{32}$/.test(hex) || hex === "0".repeat(32)) return [];
  const text = formatAddress(Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16)));
  return [text.startsWith("fe80:") ? `${text}%${name}` : text];
}
