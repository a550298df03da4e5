import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writer } from "../../../src/bytes/writer.ts";

/** What tshark's `-T json` says: texts, and lists where a field is there several times. */
export type Node = string | readonly Node[] | { readonly [field: string]: Node };
export type Tree = { readonly [field: string]: Node };

/** tshark's version line, or null when it is not installed. */
export function tsharkVersion(): string | null {
  const { status, stdout } = spawnSync("tshark", ["--version"], { encoding: "utf8" });
  return status === 0 ? (stdout.split("\n")[0] ?? "") : null;
}

/** Lets tshark dissect messages, each as a TCP connection of its own to port 179, all in one call. */
export function dissect(messages: readonly Uint8Array[], asnOctets: 2 | 4): readonly Tree[] {
  const folder = mkdtempSync(join(tmpdir(), "vipcast-tshark-"));
  try {
    const file = join(folder, "messages.pcap");
    writeFileSync(file, pcap(messages));
    // Left alone, tshark guesses how long AS numbers are.
    const args = [
      "-n",
      "-r",
      file,
      "-o",
      `bgp.asn_len:${asnOctets} octet`,
      "-T",
      "json",
      "--no-duplicate-keys",
      "-J",
      "bgp",
    ];
    const { status, stdout, stderr } = spawnSync("tshark", args, { encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`tshark ended with ${status}: ${stderr}`);
    const packets = JSON.parse(stdout) as { _source: { layers: Tree } }[];
    if (packets.length !== messages.length) throw new Error(`${packets.length} packets of ${messages.length}`);
    return packets.map(({ _source }) => {
      const { bgp } = _source.layers;
      return typeof bgp === "object" && !Array.isArray(bgp) ? (bgp as Tree) : {};
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A capture file of raw IPv4 packets. */
function pcap(messages: readonly Uint8Array[]): Uint8Array {
  const w = new Writer(1 << 16);
  w.u32(0xa1b2c3d4);
  w.u16(2);
  w.u16(4);
  w.fill(0, 8);
  w.u32(0xffff);
  // LINKTYPE_RAW
  w.u32(101);
  messages.forEach((message, index) => {
    const length = 40 + message.length;
    w.u32(index);
    w.u32(0);
    w.u32(length);
    w.u32(length);
    // IPv4: version, length, TTL, TCP, 192.0.2.1 to 192.0.2.2
    w.u16(0x4500);
    w.u16(length);
    w.u32(0);
    w.u16(0x4006);
    w.u16(0);
    w.u32(0xc000_0201);
    w.u32(0xc000_0202);
    // TCP: ports, sequence numbers, header length, PSH and ACK, window
    w.u16(1024 + index);
    w.u16(179);
    w.u32(1);
    w.u32(1);
    w.u16(0x5018);
    w.u16(0xffff);
    w.u32(0);
    w.copy(message);
  });
  return w.slice();
}

/** Every value of a field anywhere below, in the order of the message. */
export function valuesOf(node: Node | undefined, field: string): string[] {
  const values: string[] = [];
  visit(node, (tree) => {
    for (const value of asList(tree[field])) if (typeof value === "string") values.push(value);
  });
  return values;
}

/** The only value of a field below; undefined when there is none. */
export function firstOf(node: Node | undefined, field: string): string | undefined {
  return valuesOf(node, field)[0];
}

/** Every subtree called `field` anywhere below. */
export function treesOf(node: Node | undefined, field: string): Tree[] {
  const trees: Tree[] = [];
  visit(node, (tree) => {
    // A field with a value of its own has what belongs to it beside it.
    for (const value of [...asList(tree[field]), ...asList(tree[`${field}_tree`])])
      if (isTree(value)) trees.push(value);
  });
  return trees;
}

/** Calls `see` for each object below, itself included, outer ones first. */
export function visit(node: Node | undefined, see: (tree: Tree) => void): void {
  for (const part of asList(node)) {
    if (!isTree(part)) continue;
    see(part);
    for (const below of Object.values(part)) visit(below, see);
  }
}

function isTree(node: Node): node is Tree {
  return typeof node === "object" && !Array.isArray(node);
}

function asList(node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : Array.isArray(node) ? (node as readonly Node[]) : [node];
}
