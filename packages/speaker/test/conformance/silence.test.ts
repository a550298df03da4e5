import { expect, test } from "vitest";
import { until } from "../support.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { keepalive, notification, open } from "./octets.ts";
import { scriptedPeer } from "./scripted-peer.ts";

/** RFC 4271 §6.5, and §8.2.2 for the large hold time while the OPEN is awaited. */
test.each([
  ["OpenSent", "", 240_000],
  ["OpenConfirm", open({ holdTime: 9 }), 9000],
  ["Established", open({ holdTime: 9 }) + keepalive, 9000],
  ["Established with our hold time, where the peer's is longer", open({ holdTime: 300 }) + keepalive, 12_000],
])("silence in %s ends with 4/0 after exactly its time", async (_state, said, holdMs) => {
  const clock = new VirtualClock();
  const scripted = await scriptedPeer({ holdTime: 12 }, { clock, random: () => 0.99 });
  await scripted.say(said, "all in one segment");
  await until(() => scripted.heard().length > 0, "our OPEN arrives");
  await clock.advance(holdMs - 1);
  expect(scripted.ended()).toBe(false);
  await clock.advance(1);
  await until(() => scripted.ended(), "the speaker closes the connection");
  expect(scripted.heard().at(-1)).toBe(notification(4, 0));
  expect(scripted.peer.snapshot().lastDown?.reason).toBe("hold-timer-expired");
});

test("a hold time of 0 on either side means no KEEPALIVEs and no end to the silence", async () => {
  const clock = new VirtualClock();
  const scripted = await scriptedPeer({ holdTime: 0 }, { clock });
  await scripted.say(open({ holdTime: 90 }) + keepalive, "all in one segment");
  await until(() => scripted.peer.snapshot().state === "Established", "the session is established");
  await clock.advance(24 * 3600 * 1000);
  expect(scripted.peer.snapshot().state).toBe("Established");
  expect(scripted.heard().filter((octets) => octets === keepalive)).toHaveLength(1);
});
