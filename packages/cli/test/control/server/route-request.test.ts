import { describe, expect, test } from "vitest";
import { routeRequest } from "../../../src/control/server/route-request.ts";

const found = (method: string, target: string): readonly unknown[] => {
  const routed = routeRequest(method, target);
  if (!routed.ok)
    return [routed.problem.code, routed.problem.detail, ...(routed.allow === undefined ? [] : [routed.allow])];
  return [routed.endpoint.id, routed.path, Object.fromEntries(routed.query)];
};

describe("routeRequest", () => {
  test.each([
    ["/v1/vips/192.0.2.10", "192.0.2.10"],
    ["/v1/vips/192.0.2.10/32", "192.0.2.10/32"],
    ["/v1/vips/192.0.2.10%2F32", "192.0.2.10/32"],
    ["/v1/vips/2001:db8::10%2f128", "2001:db8::10/128"],
    ["/v1/vips/2001%3Adb8%3A%3A10/128", "2001:db8::10/128"],
  ])("takes %s as one virtual IP", (target, prefix) => {
    expect(found("GET", target)).toEqual(["vip", { prefix }, {}]);
    expect(found("PUT", `${target}/health`)).toEqual(["putHealth", { prefix }, {}]);
    expect(found("POST", `${target}/drain?wait`)).toEqual(["drainVip", { prefix }, { wait: true }]);
  });

  test("what answers GET answers HEAD as well", () => {
    expect(found("HEAD", "/v1/status")[0]).toBe("status");
  });

  test("says which methods there are when another is used", () => {
    expect(found("PATCH", "/v1/vips/192.0.2.10")).toEqual([
      "method-not-allowed",
      "/v1/vips/{prefix} cannot be used with PATCH; use GET or HEAD or PUT or DELETE.",
      "GET, HEAD, PUT, DELETE",
    ]);
    expect(found("__proto__", "/v1/reload")[0]).toBe("method-not-allowed");
  });

  test.each([
    ["/v1/statsu", "There is nothing at /v1/statsu; did you mean /v1/status."],
    ["/v1/status/", "There is nothing at /v1/status/; did you mean /v1/status."],
    ["/v2/status", "There is nothing at /v2/status; did you mean /v1/status."],
    [
      "/v1/vips/192.0.2.10/drian",
      "There is nothing at /v1/vips/192.0.2.10/drian; did you mean /v1/vips/{prefix}/health.",
    ],
    ["/v1/vips/", "There is nothing at /v1/vips/; did you mean /v1/vips."],
    [
      "/v1/vips/%2e%2e/%2e%2e/etc/passwd",
      "There is nothing at /v1/vips/%2e%2e/%2e%2e/etc/passwd; GET /v1/openapi.json lists what there is.",
    ],
    ["/__proto__", "There is nothing at /__proto__; GET /v1/openapi.json lists what there is."],
    ["*", "The path * is not percent-encoded UTF-8; write % as %25."],
    ["/v1/vips/%zz", "The path /v1/vips/%zz is not percent-encoded UTF-8; write % as %25."],
    [
      "http://evil.example/v1/status",
      "The path http://evil.example/v1/status is not percent-encoded UTF-8; write % as %25.",
    ],
  ])("answers %s with a sentence", (target, detail) => {
    expect(found("GET", target)[1]).toBe(detail);
  });

  test("a path of a megabyte costs nothing", () => {
    expect(found("GET", `/${"a/".repeat(500_000)}`)[0]).toBe("bad-request");
  });

  test.each([
    ["/v1/routes?limit=0", "limit 0: is a whole number from 1 to 1000000000; write limit=1."],
    [
      "/v1/routes?limit=99999999999999999999",
      "limit 99999999999999999999: is a whole number from 1 to 1000000000; write limit=1.",
    ],
    ["/v1/routes?limit=1e3", "limit 1e3: is a whole number from 1 to 1000000000; write limit=1."],
    ["/v1/routes?received=yes", "received yes: is true or false; write received=true."],
    ["/v1/routes?reeived", "reeived: is not a parameter of GET /v1/routes; did you mean received."],
    ["/v1/routes?peer=", 'peer "": has no value; write one, or leave it out.'],
    ["/v1/routes?peer=a&peer=b", "peer: is given more than once; keep one of them."],
    ["/v1/status?x", "x: is not a parameter of GET /v1/status; leave it out."],
    ["/v1/status?__proto__=1", "__proto__: is not a parameter of GET /v1/status; leave it out."],
  ])("refuses the query of %s", (target, detail) => {
    expect(found("GET", target)).toEqual(["bad-value", detail]);
  });
});
