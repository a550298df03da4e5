import { expect, test } from "vitest";
import type { PeerDown } from "../../src/handlers.ts";
import { afterTest, RawPeer, speaker, until, up } from "../support.ts";

/** Such a list fills a message, and two thousand of these the buffers between two sockets. */
const manyCommunities = Array.from({ length: 860 }, (_, index) => 65001 * 65536 + index);

test("a peer that talks but reads nothing is given up after the send hold time, and the reason is told (RFC 9687)", async () => {
  const downs: PeerDown[] = [];
  const made = speaker();
  const { port } = await made.listen({ host: "127.0.0.1", port: 0 });
  const peer = made.addPeer(
    { address: "127.0.0.2", asn: 65000, passive: true, holdTime: 3, sendHoldTime: 3.1 },
    { onDown: (down) => downs.push(down) },
  );
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.2");
  await raw.establish(65000, "10.0.0.2");
  await up(peer);
  raw.socket.pause();
  const talk = setInterval(() => raw.keepalive(), 500);
  afterTest(() => clearInterval(talk));
  peer.routes.set(
    Array.from({ length: 2000 }, (_, index) => ({
      prefix: `10.${index >> 8}.${index & 255}.0/24`,
      // Its own, or all would share a few UPDATEs.
      attributes: { communities: [...manyCommunities, 65002 * 65536 + index] },
    })),
  );
  await until(() => downs.length > 0, "the session is given up", 9000);
  expect(downs[0]).toMatchObject({ reason: "send-hold-timer-expired", wasEstablished: true });
  expect(peer.snapshot().lastNotificationSent).toMatchObject({ code: 8, text: "Send Hold Timer Expired" });
});
