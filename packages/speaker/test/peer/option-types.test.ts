import { expect, test } from "vitest";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import type { PeerOptions } from "../../src/peer-options.ts";

const local = { asn: 65001, routerId: 1 };

/** As from a caller without types. */
function settings(options: { readonly [name: string]: unknown }): unknown {
  const untyped: object = { address: "10.0.0.254", asn: 65000, ...options };
  return peerSettings(untyped as PeerOptions, local);
}

const names = [
  ..."address asn localAs port passive source description role roleStrict group holdTime keepalive sendHoldTime".split(
    " ",
  ),
  ..."connectRetry idleHold dampPeerOscillations delayOpen families addPath extendedNextHop nextHopSelf".split(" "),
  ..."maxPrefixes importPolicy shutdown collisionDetectEstablishedState notificationsWithoutOpen password".split(" "),
  ..."ttlSecurity multihop interface trafficClass userTimeout".split(" "),
];

test.each(names)("%s of another type than it has is refused in words, whatever it is", (name) => {
  for (const value of [null, Symbol("s"), 10n, [null], [Symbol("s")], { limit: "5" }, { initial: "1" }, Number.NaN]) {
    // What an object without options of its own says is nothing.
    if (name === "group" && typeof value === "object" && value !== null && !Array.isArray(value)) continue;
    expect(() => settings({ [name]: value })).toThrow(expect.objectContaining({ code: "ERR_SPEAKER_OPTION" }));
    if (name !== "address" && name !== "asn")
      expect(() => settings({ group: { [name]: value } })).toThrow(
        expect.objectContaining({ code: "ERR_SPEAKER_OPTION" }),
      );
  }
});

test.each([
  [{ passive: "false" }, 'passive is the text "false"; it must be true or false'],
  [{ connectRetry: "5" }, 'connectRetry is the text "5"; it must be a number'],
  [{ families: "ipv4-unicast" }, 'families is the text "ipv4-unicast"; it must be a list'],
  [{ maxPrefixes: "100" }, 'maxPrefixes is the text "100"; it must be a number or an object'],
  [{ maxPrefixes: { limit: 5, restart: "60" } }, 'maxPrefixes.restart is the text "60"; it must be a number'],
  [{ idleHold: { initial: "1" } }, 'idleHold.initial is the text "1"; it must be a number'],
  [{ importPolicy: true }, "importPolicy is true; it must be a function"],
  [{ password: 12345 }, "password is none; it must be text"],
  [{ address: undefined }, "address is missing"],
])("%o says what it must be", (options, message) => {
  expect(() => settings(options)).toThrow(message);
});
