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
