import { expect, test } from "vitest";
import { quietRepeats } from "../../src/output/quiet-repeats.ts";

test("a peer that stays away is logged once, again for another cause, and again after a session", () => {
  const lines: string[] = [];
  const level = (name: string) => (_fields: object, message: string) => void lines.push(`${name} ${message}`);
  const log = quietRepeats({ debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") });
  const fail = (peer: string, cause: string): void =>
    log.info({ peer, reason: "connect-failed", wasEstablished: false }, cause);
  fail("a", "refused");
  fail("a", "refused");
  fail("b", "refused");
  fail("a", "timeout");
  log.info({ peer: "a", asn: 1 }, "session established");
  fail("a", "timeout");
  expect(lines).toEqual([
    "info refused",
    "debug refused",
    "info refused",
    "info timeout",
    "info session established",
    "info timeout",
  ]);
});

test("a peer that refuses every attempt with the same NOTIFICATION is logged once, and again after a session", () => {
  const lines: string[] = [];
  const level = (name: string) => (_fields: object, message: string) => void lines.push(`${name} ${message}`);
  const log = quietRepeats({ debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") });
  const refused = (direction: "sent" | "received", text: string, wasEstablished = false): void => {
    log.warn({ peer: "a", direction, code: 2, subcode: 2 }, `NOTIFICATION ${text}`);
    log[wasEstablished ? "warn" : "info"]({ peer: "a", reason: "notification", wasEstablished }, `down ${text}`);
  };
  refused("received", "Bad Peer AS");
  refused("received", "Bad Peer AS");
  refused("sent", "Bad BGP Identifier");
  log.info({ peer: "a", asn: 1 }, "session established");
  refused("received", "Bad Peer AS", true);
  refused("received", "Bad Peer AS");
  log.warn({ peer: "a", count: 1 }, "malformed");
  log.warn({ peer: "a", count: 1 }, "malformed");
  expect(lines).toEqual([
    "warn NOTIFICATION Bad Peer AS",
    "info down Bad Peer AS",
    "debug NOTIFICATION Bad Peer AS",
    "debug down Bad Peer AS",
    "warn NOTIFICATION Bad BGP Identifier",
    "info down Bad BGP Identifier",
    "info session established",
    "warn NOTIFICATION Bad Peer AS",
    "warn down Bad Peer AS",
    "warn NOTIFICATION Bad Peer AS",
    "info down Bad Peer AS",
    "warn malformed",
    "warn malformed",
  ]);
});
