import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CaptureReader } from "../../../src/decode/capture/capture.ts";
import { attributes, ethernet, ip, keepalive, nlri113, octets, pcap, update } from "../support/build.ts";
import { fixture } from "../support/fixture.ts";
import { read } from "../support/read.ts";

// tshark's opinion on the same captures: which packet completes which message, of what type and length, and which prefixes it carries.
const folder = mkdtempSync(join(tmpdir(), "vipcast-decode-"));
afterAll(() => rmSync(folder, { recursive: true }));
const available = spawnSync("tshark", ["--version"]).status === 0;

interface Seen {
  readonly frame: number;
  readonly source: string;
  readonly types: readonly string[];
}

const names = ["malformed", "open", "update", "notification", "keepalive", "route-refresh"];

function tshark(capture: Uint8Array, name: string): Seen[] {
  const path = join(folder, name);
  writeFileSync(path, capture);
  const fields = ["frame.number", "ip.src", "ipv6.src", "bgp.type"].flatMap((field) => ["-e", field]);
  const reassembly = ["-o", "tcp.reassemble_out_of_order:TRUE"];
  const { stdout } = spawnSync("tshark", ["-r", path, ...reassembly, "-Y", "bgp", "-T", "fields", ...fields]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [frame, v4, v6, types = ""] = line.split("\t");
      return {
        frame: Number(frame),
        source: v4 || v6 || "",
        types: types.split(",").map((type) => names[Number(type)]!),
      };
    })
    .filter(({ types }) => types.length > 0 && types[0] !== "malformed");
}

function ours(capture: Uint8Array): Seen[] {
  const { objects } = read(new CaptureReader({ twoOctetAs: false, internal: false, addPath: [] }), capture);
  const frames = new Map<number, { frame: number; source: string; types: string[] }>();
  for (const { frame, peer, type } of objects) {
    const key = Number(frame);
    const seen = frames.get(key) ?? { frame: key, source: String(peer), types: [] };
    seen.types.push(String(type));
    frames.set(key, seen);
  }
  return [...frames.values()];
}

const announce = update({ attributes: attributes([65001, 65010]), nlri: nlri113 });
const stream = octets(keepalive, announce, announce, keepalive, announce);

/** The stream from 2001:db8::1, behind a handshake, in these pieces: where each begins and how long it is. */
function inPieces(pieces: readonly (readonly [number, number])[]): Uint8Array {
  const ends = { from: "2001:db8::1", to: "2001:db8::2" };
  const back = { from: ends.to, to: ends.from, fromPort: 179, toPort: 50000 };
  return pcap([
    ethernet(ip({ ...ends, sequence: 99, flags: "S" })),
    ethernet(ip({ ...back, sequence: 499, acknowledgement: 100, flags: "SA" })),
    ...pieces.map(([at, length]) =>
      ethernet(
        ip({ ...ends, sequence: 100 + at, acknowledgement: 500, flags: "AP", data: stream.subarray(at, at + length) }),
      ),
    ),
  ]);
}

const title = available
  ? "tshark sees the same messages in the same packets"
  : "tshark: skipped, it is not installed; peers:install installs it";

describe.skipIf(!available)(title, () => {
  const rest = stream.length;
  test.each([
    ["of a session between real speakers", fixture("bird-bird.pcapng.hex")],
    ["in one segment", inPieces([[0, rest]])],
    [
      "cut inside headers and bodies",
      inPieces([
        [0, 5],
        [5, 30],
        [35, 3],
        [38, 60],
        [98, rest],
      ]),
    ],
    [
      "sent again",
      inPieces([
        [0, 19],
        [0, 19],
        [19, 40],
        [19, 40],
        [59, rest],
      ]),
    ],
    [
      "out of order",
      inPieces([
        [0, 19],
        [60, 40],
        [19, 41],
        [100, rest],
      ]),
    ],
  ])("%s", (name, capture) => {
    const seen = tshark(capture, `${name.replaceAll(" ", "-")}.pcap`);
    expect(seen.length).toBeGreaterThan(0);
    expect(ours(capture)).toEqual(seen);
  });
});
