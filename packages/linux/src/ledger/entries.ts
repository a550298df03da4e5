/** What the ledger holds, and its form on disk. Pure. */
import { parsePrefix } from "../host/address-text.ts";
import type { KernelAddress, KernelRoute } from "../netlink/types.ts";
import { isMarked, isMarkedRoute, type OwnershipMark } from "../ownership/mark.ts";

/** Something we put into the kernel, or took over. */
export interface LedgerEntry {
  /** An address on an interface, or a `local` route for an aggregate. */
  readonly kind: "address" | "route";
  /** "192.0.2.10/32". */
  readonly prefix: string;
  readonly interface: string;
  /** The mark byte it was added with; 0 for one that was adopted and is never deleted. */
  readonly mark: number;
  /** It was there before and is never deleted. */
  readonly adopted: boolean;
  /** RFC 3339, UTC. */
  readonly addedAt: string;
}

/** The whole ledger of one instance. */
export interface LedgerContent {
  readonly instance: string;
  /** The boot it was written in: entries of an earlier one are history, addresses do not survive a reboot. */
  readonly bootId: string;
  readonly updatedAt: string;
  readonly entries: readonly LedgerEntry[];
}

/** What is unique about an entry. */
export function entryKey(entry: Pick<LedgerEntry, "kind" | "prefix" | "interface">): string {
  return `${entry.kind} ${entry.prefix} ${entry.interface}`;
}

const VERSION = 1;

/** An entry never changes, and most of a ledger is what it was at the last write. */
const lines = new WeakMap<LedgerEntry, string>();

function lineOf(entry: LedgerEntry): string {
  let line = lines.get(entry);
  if (line === undefined) {
    line = `    ${JSON.stringify(entry)}`;
    lines.set(entry, line);
  }
  return line;
}

/** JSON for people: one entry per line. */
export function formatLedger(content: LedgerContent): string {
  const { instance, bootId, updatedAt } = content;
  const head = JSON.stringify({ version: VERSION, instance, bootId, updatedAt }, null, 2).slice(0, -2);
  const all = content.entries.map(lineOf);
  return `${head},\n  "entries": [${all.length === 0 ? "" : `\n${all.join(",\n")}\n  `}]\n}\n`;
}

/** Reads it back. A string says what is wrong with it: nothing of a damaged ledger is believed. */
export function parseLedger(text: string): LedgerContent | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `it is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(value)) return "it is not a JSON object";
  if (value.version !== VERSION) return `its version is ${JSON.stringify(value.version)}, and ${VERSION} is known here`;
  const { instance, bootId, updatedAt, entries } = value;
  if (typeof instance !== "string" || typeof bootId !== "string" || typeof updatedAt !== "string") {
    return "instance, bootId or updatedAt is not text";
  }
  if (!Array.isArray(entries)) return "entries is not a list";
  const read: LedgerEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!isEntry(entry)) return `entry ${index} is damaged`;
    const { kind, prefix, interface: name, mark, adopted, addedAt } = entry;
    read.push({ kind, prefix, interface: name, mark, adopted, addedAt });
  }
  return { instance, bootId, updatedAt, entries: read };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is LedgerEntry {
  return (
    isRecord(value) &&
    (value.kind === "address" || value.kind === "route") &&
    typeof value.prefix === "string" &&
    parsePrefix(value.prefix) !== undefined &&
    typeof value.interface === "string" &&
    value.interface !== "" &&
    Number.isInteger(value.mark) &&
    typeof value.adopted === "boolean" &&
    typeof value.addedAt === "string"
  );
}

/**
 * The entries that the kernel's marks prove, for when the ledger is missing or damaged. An adopted address carries no mark
 * and is not found again: it was never ours to delete.
 */
export function entriesFromMarks(
  addresses: readonly KernelAddress[],
  routes: readonly KernelRoute[],
  mark: OwnershipMark,
  addedAt: string,
): LedgerEntry[] {
  const common = { mark: mark.proto, adopted: false, addedAt };
  return [
    ...addresses
      .filter((address) => isMarked(address, mark))
      .map((address) => ({
        kind: "address" as const,
        prefix: `${address.address}/${address.prefixLength}`,
        interface: address.interface,
        ...common,
      })),
    ...routes
      .filter((route) => route.type === "local" && isMarkedRoute(route, mark))
      .map((route) => ({
        kind: "route" as const,
        prefix: route.destination,
        interface: route.nextHops[0]?.interface ?? "lo",
        ...common,
      })),
  ];
}
