import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { acceptAll } from "@vipcast/bgp";
import type { Peer, PeerOptions, SpeakerOptions } from "../../src/index.ts";
import { afterTest, speaker } from "../support.ts";
import { split } from "./octets.ts";

/** How what the peer says reaches the speaker. */
export type Cut = "all in one segment" | "one octet at a time";

export const cuts: readonly Cut[] = ["all in one segment", "one octet at a time"];

/** A TCP client that says octets and writes down octets, opposite a real speaker (AS 65001, 10.0.0.1) that listens. */
export interface ScriptedPeer {
  /** The speaker's peer. */
  readonly peer: Peer;
  /** What the speaker has said, a message an entry. */
  heard(): readonly string[];
  /** The speaker has closed the connection. */
  ended(): boolean;
  /** Says this; resolves when the speaker has read it, or has closed the connection before. */
  say(hex: string, cut: Cut): Promise<void>;
}

export async function scriptedPeer(
  options: Partial<PeerOptions> = {},
  speakerOptions: Partial<SpeakerOptions> = {},
): Promise<ScriptedPeer> {
  let far: Socket | undefined;
  const accepted = (socket: Socket): void => {
    far = socket;
  };
  const local = speaker({ ...speakerOptions, accepted });
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  const peer = local.addPeer({ address: "127.0.0.9", asn: 65000, passive: true, importPolicy: acceptAll, ...options });
  const socket = createConnection({ port, host: "127.0.0.1", localAddress: "127.0.0.9", allowHalfOpen: false });
  afterTest(() => socket.destroy());
  await once(socket, "connect");
  socket.setNoDelay(true);
  let hex = "";
  let over = false;
  socket.on("data", (chunk) => {
    hex += chunk.toString("hex");
  });
  const end = (): void => {
    over = true;
  };
  for (const event of ["end", "close", "error"]) socket.on(event, end);
  const read = async (octets: number): Promise<void> => {
    while (!over && (far?.bytesRead ?? 0) < octets) await setImmediate();
  };
  let said = 0;
  const write = async (octets: Uint8Array): Promise<void> => {
    if (over) return;
    socket.write(octets);
    said += octets.length;
    await read(said);
  };
  return {
    peer,
    heard: () => split(hex),
    ended: () => over,
    async say(text, cut) {
      const octets = Buffer.from(text, "hex");
      if (cut === "all in one segment") await write(octets);
      else for (const octet of octets) await write(Uint8Array.of(octet));
    },
  };
}
