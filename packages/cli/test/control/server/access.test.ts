import { describe, expect, test } from "vitest";
import { hashToken, refuseAccess } from "../../../src/control/server/access.ts";

const token = "0123456789abcdef";
const access = { tokenHash: hashToken(token), names: ["node1.example.net"] };
const good = { host: "10.0.0.1:9180", authorization: `Bearer ${token}` };
const code = (headers: Readonly<Record<string, string>>, rules = access): string | undefined =>
  refuseAccess(headers, rules)?.code;

describe("refuseAccess", () => {
  test("lets in who has the token, under any name that is ours", () => {
    for (const host of ["10.0.0.1", "10.0.0.1:9180", "[2001:db8::1]:9180", "localhost:9180", "NODE1.example.net"])
      expect(code({ ...good, host })).toBeUndefined();
    expect(code({ ...good, authorization: `bearer  ${token} ` })).toBeUndefined();
  });

  test("refuses who has none, or another one", () => {
    expect(code({ host: "10.0.0.1" })).toBe("unauthorized");
    for (const wrong of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, token, "Bearer"])
      expect(code({ ...good, authorization: wrong })).toBe("unauthorized");
  });

  test("refuses a name that somebody else made to point here, and what a browser sends for a page", () => {
    for (const host of ["evil.example", "evil.example:9180", "10.0.0.1.evil.example", "localhost.evil.example", ""])
      expect(code({ ...good, host })).toBe("forbidden");
    expect(code({ ...good, origin: "http://10.0.0.1:9180" })).toBe("forbidden");
    expect(code({ ...good, "sec-fetch-site": "none" })).toBe("forbidden");
  });

  test("a client certificate needs no token besides", () => {
    expect(refuseAccess({ host: "10.0.0.1" }, { tokenHash: null, names: [] })).toBeNull();
  });

  test("no refusal repeats what was sent as token", () => {
    const refused = refuseAccess({ ...good, authorization: "Bearer hunter2hunter2hunter2" }, access);
    expect(JSON.stringify(refused)).not.toContain("hunter2");
  });
});
