import { expect, test } from "vitest";
import type { PeerDown } from "../../src/handlers.ts";
import { pauseFor, RawPeer, speaker, until, up } from "../support.ts";
import { VirtualClock } from "../virtual-clock.ts";

/** Such a list fills a message, and two thousand of these the buffers between two sockets. */
const manyCommunities = Array.from({ length: 860 }, (_, index) => 65001 * 65536 + index);

test("a peer that talks but reads nothing is given up after the send hold time, and the reason is told (RFC 9687)", async () => {
  const downs: PeerDown[] = [];
  const clock = new VirtualClock();
  const made = speaker({ clock });
  const { port } = await made.listen({ host: "127.0.0.1", port: 0 });
  const peer = made.addPeer(
    { address: "127.0.0.2", asn: 65000, passive: true, holdTime: 3, sendHoldTime: 3.1 },
    { onDown: (down) => downs.push(down) },
  );
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.2");
  await raw.establish(65000, "10.0.0.2");
  await up(peer);
  raw.socket.pause();
  peer.routes.set(
    Array.from({ length: 2000 }, (_, index) => ({
      prefix: `10.${index >> 8}.${index & 255}.0/24`,
      // Its own, or all would share a few UPDATEs.
      attributes: { communities: [...manyCommunities, 65002 * 65536 + index] },
    })),
  );
  await pauseFor(100);
  for (let passedMs = 0; passedMs < 3000; passedMs += 500) {
    const { messagesReceived: before } = peer.snapshot().counters;
    raw.keepalive();
    await until(() => peer.snapshot().counters.messagesReceived > before, "the KEEPALIVE is read");
    expect(downs).toEqual([]);
    await clock.advance(500);
  }
  await clock.advance(200);
  await until(() => downs.length > 0, "the session is given up");
  expect(downs[0]).toMatchObject({ reason: "send-hold-timer-expired", wasEstablished: true });
  expect(peer.snapshot().lastNotificationSent).toMatchObject({ code: 8, text: "Send Hold Timer Expired" });
});
