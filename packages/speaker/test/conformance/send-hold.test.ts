import { once } from "node:events";
import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { afterTest, speaker, until } from "../support.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { keepalive, open } from "./octets.ts";

/** RFC 9687: a peer that sends KEEPALIVEs and reads nothing looks alive, and its routes are stuck all the same. */
test("a peer that keeps talking and reads nothing is given up after the send hold time, with its cause in words", async () => {
  const clock = new VirtualClock();
  const local = speaker({ clock });
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  const options = { address: "127.0.0.9", asn: 65000, passive: true, holdTime: 9, sendHoldTime: 60 };
  const peer = local.addPeer(options);
  const socket = createConnection({ port, host: "127.0.0.1", localAddress: "127.0.0.9" });
  afterTest(() => socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.pause();
  socket.write(Buffer.from(open() + keepalive, "hex"));
  await until(() => peer.snapshot().state === "Established", "the session is established");

  // More than the kernel's buffers take, so that some stays here.
  const communities = Array.from({ length: 400 }, (_, index) => index);
  for (let round = 0; peer.snapshot().routes.pending === 0 && round < 50; round++) {
    const routes = Array.from({ length: 1000 }, (_, index) => ({
      prefix: `10.0.${index >> 8}.${index & 255}/32`,
      attributes: { med: round * 1000 + index, communities },
    }));
    peer.routes.set(routes);
    await clock.advance(1);
  }
  expect(peer.snapshot().routes.pending).toBeGreaterThan(0);

  const spoken = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 3) {
      const { messagesReceived: before } = peer.snapshot().counters;
      socket.write(Buffer.from(keepalive, "hex"));
      await until(() => peer.snapshot().counters.messagesReceived > before, "the KEEPALIVE is read");
      await clock.advance(3000);
    }
  };
  await spoken(54);
  expect(peer.snapshot().state).toBe("Established");
  await clock.advance(8000);
  await until(() => peer.snapshot().lastDown !== undefined, "the session ends");
  expect(peer.snapshot().lastDown?.reason).toBe("send-hold-timer-expired");
  expect(peer.snapshot().lastDown?.cause).toMatch(/60 s/);
});
