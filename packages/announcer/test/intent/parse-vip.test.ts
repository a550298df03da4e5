import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RefusalRule, VipInput } from "../../src/intent/desired-vip.ts";
import { parseVip, parseVips } from "../../src/intent/parse-vip.ts";

function refusal(input: VipInput): { rule: RefusalRule; message: string } | undefined {
  const parsed = parseVip(input);
  return parsed.ok ? undefined : parsed.refusals[0];
}

describe("parseVip", () => {
  it("takes a bare address as a host route and fills every default", () => {
    expect(parseVip({ prefix: "192.0.2.10" })).toEqual({
      ok: true,
      vip: {
        prefix: "192.0.2.10/32",
        address: "192.0.2.10",
        prefixLength: 32,
        family: 4,
        interface: "lo",
        bind: true,
        assumeBound: false,
        adopt: false,
        allowOnLink: false,
        allowAggregates: false,
        nextHop: "self",
        med: null,
        localPref: null,
        prepend: 0,
        communities: [],
        largeCommunities: [],
        preference: 10,
        failbackMs: 0,
        weight: null,
        drainMs: null,
        check: null,
        whenUnhealthy: "keep-bound",
        lastNodeGuard: false,
        maintenanceFile: null,
      },
    });
  });

  it("brings IPv6 into RFC 5952 form", () => {
    expect(parseVip({ prefix: "2001:DB8:0:0:1:0:0:10" })).toMatchObject({
      vip: { prefix: "2001:db8::1:0:0:10/128", family: 6 },
    });
  });

  it.each<[string, RefusalRule, RegExp]>([
    ["nonsense", "syntax", /write an address such as 192\.0\.2\.10/],
    ["", "syntax", /write an address/],
    ["192.0.2.10/33", "syntax", /write an address/],
    ["192.0.2", "syntax", /write an address/],
    ["0192.0.2.1", "syntax", /write an address/],
    ["192.0.2.10/", "syntax", /write an address/],
    ["fe80::1%eth0", "syntax", /write an address/],
    ["127.0.0.1", "loopback", /loopback.*192\.0\.2\.10\/32/],
    ["127.255.0.1/32", "loopback", /loopback/],
    ["::1", "loopback", /loopback/],
    ["fe80::1", "link-local", /link-local.*routed address/],
    ["169.254.1.1", "link-local", /link-local/],
    ["224.0.0.1", "multicast", /multicast.*unicast/],
    ["ff02::1", "multicast", /multicast/],
    ["0.0.0.0", "unspecified", /unspecified/],
    ["0.1.2.3", "unspecified", /unspecified/],
    ["::", "unspecified", /unspecified/],
    ["255.255.255.255", "broadcast", /broadcast/],
    ["240.0.0.1", "reserved", /reserved/],
    ["::ffff:192.0.2.1", "ipv4-mapped", /write it as IPv4/],
    ["::10.0.0.1", "ipv4-compatible", /::\/96.*write it as IPv4/],
    ["::2", "ipv4-compatible", /deprecated/],
    ["0.0.0.0/0", "default-route", /default route.*\/32/],
    ["::/0", "default-route", /default route.*\/128/],
    ["10.0.0.0/8", "aggregate", /aggregate.*\/32.*allowAggregates/],
    ["2001:db8::/64", "aggregate", /aggregate.*\/128/],
    ["192.0.2.10/24", "host-bits", /192\.0\.2\.10\/32.*192\.0\.2\.0\/24/],
    ["2001:db8::1/64", "host-bits", /2001:db8::1\/128.*2001:db8::\/64/],
  ])("refuses %s by the rule %s, and says what to write", (prefix, rule, message) => {
    expect(refusal({ prefix })).toMatchObject({ rule, message: expect.stringMatching(message) });
  });

  it.each(["0.0.0.0/0", "::/0"])("refuses the default route %s whatever is allowed", (prefix) => {
    expect(refusal({ prefix, allowAggregates: true })?.rule).toBe("default-route");
  });

  it.each<[string, RefusalRule]>([
    ["126.0.0.0/7", "loopback"],
    ["128.0.0.0/1", "link-local"],
    ["224.0.0.0/8", "multicast"],
    ["240.0.0.0/5", "reserved"],
    ["fc00::/6", "link-local"],
    ["::/8", "unspecified"],
  ])("refuses the aggregate %s for what it covers", (prefix, rule) => {
    expect(refusal({ prefix, allowAggregates: true })?.rule).toBe(rule);
  });

  it.each(["10.0.0.0/8", "198.51.100.0/24", "2001:db8::/48"])(
    "takes the aggregate %s when aggregates are allowed",
    (prefix) => {
      expect(parseVip({ prefix, allowAggregates: true })).toMatchObject({ ok: true, vip: { prefix } });
    },
  );

  it.each<[string, VipInput, RegExp]>([
    ["med", { prefix: "192.0.2.1", med: 4294967296 }, /med is 4294967296: write a whole number 0\.\.4294967295/],
    ["med", { prefix: "192.0.2.1", med: -1 }, /med is -1/],
    ["localPref", { prefix: "192.0.2.1", localPref: 1.5 }, /localPref is 1\.5/],
    ["prepend", { prefix: "192.0.2.1", prepend: 17 }, /prepend is 17: write a whole number 0\.\.16/],
    ["drainMs", { prefix: "192.0.2.1", drainMs: Number.NaN }, /drainMs is NaN/],
    ["interface", { prefix: "192.0.2.1", interface: "a b" }, /interface is "a b"/],
    ["interface", { prefix: "192.0.2.1", interface: "" }, /interface is ""/],
    ["communities", { prefix: "192.0.2.1", communities: ["65536:1"] }, /0\.\.65535/],
    ["largeCommunities", { prefix: "192.0.2.1", largeCommunities: ["1:2"] }, /three numbers/],
    ["nextHop", { prefix: "192.0.2.1", nextHop: "me" }, /nextHop is "me": write self/],
    ["nextHop", { prefix: "192.0.2.1", nextHop: "127.0.0.1" }, /nextHop is "127\.0\.0\.1"/],
    ["assumeBound", { prefix: "192.0.2.1", assumeBound: true }, /set bind to false/],
    ["adopt", { prefix: "192.0.2.1", bind: false, adopt: true }, /leave adopt out/],
    ["weight", { prefix: "192.0.2.1", weight: 0 }, /weight is 0: write bits per second, 8000\.\.10+ \(8k\.\.1000T\)/],
    ["preference", { prefix: "192.0.2.1", ecmp: { preference: 11 } }, /ecmp\.preference is 11: .* 0\.\.10/],
    ["failbackMs", { prefix: "192.0.2.1", ecmp: { failbackMs: -1 } }, /ecmp\.failbackMs is -1/],
    ["role", { prefix: "192.0.2.1", ecmp: { role: "master" as "active" } }, /"master": write active or standby/],
    ["ecmp", { prefix: "192.0.2.1", ecmp: "active" as "all-active" }, /ecmp is "active": write all-active/],
    ["role and preference", { prefix: "192.0.2.1", ecmp: { role: "standby", preference: 3 } }, /keep one of them/],
    ["failback of a standby", { prefix: "192.0.2.1", ecmp: { role: "standby", failbackMs: 5 } }, /leave it out/],
    ["prepend", { prefix: "192.0.2.1", ecmp: { role: "standby" }, prepend: 7 }, /prepend is 7 .* write 0\.\.6/],
    ["prepend", { prefix: "192.0.2.1", ecmp: { failbackMs: 1 }, prepend: 7 }, /prepend is 7 .* write 0\.\.6/],
    ["med", { prefix: "192.0.2.1", ecmp: { preference: 9 }, med: 4294967295 }, /write 0\.\.4294967194/],
    ["localPref", { prefix: "192.0.2.1", ecmp: { preference: 0 }, localPref: 50 }, /localPref is 50 .* write 51/],
  ])("refuses a bad %s", (_, input, message) => {
    expect(refusal(input)).toMatchObject({ rule: "option", message: expect.stringMatching(message) });
  });

  it("takes standby for preference 0 and everything else for the best one", () => {
    const preference = (ecmp: VipInput["ecmp"]): unknown => {
      const parsed = parseVip({ prefix: "192.0.2.1", ...(ecmp === undefined ? {} : { ecmp }) });
      return parsed.ok ? [parsed.vip.preference, parsed.vip.failbackMs] : parsed.refusals;
    };
    expect(preference(undefined)).toEqual([10, 0]);
    expect(preference("all-active")).toEqual([10, 0]);
    expect(preference({})).toEqual([10, 0]);
    expect(preference({ role: "active", failbackMs: 5 })).toEqual([10, 5]);
    expect(preference({ role: "standby" })).toEqual([0, 0]);
    expect(preference({ preference: 4 })).toEqual([4, 0]);
  });

  it("refuses a VIP that is its own next hop", () => {
    expect(refusal({ prefix: "192.0.2.1", nextHop: "192.0.2.1" })?.rule).toBe("next-hop");
  });

  it("reports every problem of one VIP", () => {
    const parsed = parseVip({ prefix: "127.0.0.1", med: -1, prepend: 99 });
    expect(parsed.ok ? [] : parsed.refusals.map(({ rule }) => rule)).toEqual(["loopback", "option", "option"]);
  });

  it("sorts communities and drops repetitions, so that equal sets are equal", () => {
    expect(
      parseVip({
        prefix: "192.0.2.1",
        communities: ["no-export", "65000:2", "65000:1", "65000:2"],
        largeCommunities: ["10:0:0", "9:1:1", "10:0:0"],
      }),
    ).toMatchObject({
      vip: { communities: [4259840001, 4259840002, 4294967041], largeCommunities: ["9:1:1", "10:0:0"] },
    });
  });

  it("never throws, and every message is one sentence without a line break", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.ipV4(),
          fc.ipV6(),
          fc.tuple(fc.ipV4(), fc.nat(40)).map(([a, n]) => `${a}/${n}`),
        ),
        (prefix) => {
          const parsed = parseVip({ prefix });
          if (!parsed.ok) for (const { message } of parsed.refusals) expect(message.length).toBeGreaterThan(20);
        },
      ),
    );
  });
});

describe("parseVips", () => {
  it("refuses a repetition, in whatever form, and keeps the first", () => {
    const { vips, refusals } = parseVips([
      { prefix: "2001:db8::1", med: 1 },
      { prefix: "2001:DB8:0::1/128" },
      { prefix: "192.0.2.1" },
    ]);
    expect(vips.map(({ prefix, med }) => [prefix, med])).toEqual([
      ["2001:db8::1/128", 1],
      ["192.0.2.1/32", null],
    ]);
    expect(refusals).toMatchObject([
      { vip: "2001:db8::1/128", rule: "duplicate", message: expect.stringMatching(/keep one/) },
    ]);
  });
});
