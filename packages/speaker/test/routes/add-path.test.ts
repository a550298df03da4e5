import { acceptAll, type Capability, Family, formatPrefix, MessageType } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { SpeakerError } from "../../src/index.ts";
import { established, rawListener, speaker, until } from "../support.ts";

const paths = [
  { prefix: "192.0.2.10/32", attributes: { med: 1 } },
  { prefix: "192.0.2.10/32", pathId: 7, attributes: { med: 7 } },
  { prefix: "192.0.2.10/32", pathId: 9, attributes: { med: 9 } },
];

describe("between two speakers", () => {
  test("several paths of a prefix arrive where one offers to send and the other to receive", async () => {
    const { a, b } = await established({ a: { addPath: "send" }, b: { addPath: "receive", importPolicy: acceptAll } });
    expect(a.snapshot().session?.addPath).toEqual({ send: ["ipv4-unicast", "ipv6-unicast"], receive: [] });
    expect(b.snapshot().session?.addPath).toEqual({ send: [], receive: ["ipv4-unicast", "ipv6-unicast"] });
    a.routes.set(paths);
    await until(() => b.adjRibIn.size === 3, "all paths have arrived");
    const heard = [...b.adjRibIn.routes()].map(({ prefix, attributes }) => [
      formatPrefix(prefix),
      prefix.pathId,
      attributes.multiExitDisc,
    ]);
    expect(heard).toEqual([
      ["192.0.2.10/32", 1, 1],
      ["192.0.2.10/32", 7, 7],
      ["192.0.2.10/32", 9, 9],
    ]);
    a.routes.apply({ withdraw: [{ prefix: "192.0.2.10/32", pathId: 7 }, "192.0.2.10/32"] });
    await until(() => b.adjRibIn.size === 1, "two paths are gone");
    expect([...b.adjRibIn.routes()].map(({ prefix }) => prefix.pathId)).toEqual([9]);
  });

  test("the offer of one direction says nothing about the other", async () => {
    const { a, b } = await established({
      a: { addPath: "both", importPolicy: acceptAll },
      b: { addPath: "send" },
    });
    expect(a.snapshot().session?.addPath.send).toEqual([]);
    b.routes.set(paths);
    await until(() => a.adjRibIn.size === 3, "all paths have arrived");
  });

  test("without the peer's offer it gets the path with the lowest id, and the others are refused in words", async () => {
    const { a, b } = await established({ a: { addPath: "both" }, b: { importPolicy: acceptAll } });
    a.routes.set(paths);
    await until(() => b.adjRibIn.size === 1, "a path has arrived");
    const [only] = b.adjRibIn.routes();
    expect([only?.prefix.pathId, only?.attributes.multiExitDisc]).toEqual([-1, 1]);
    const { refused } = a.snapshot().routes;
    expect(refused.map(({ prefix, pathId }) => [prefix, pathId])).toEqual([
      ["192.0.2.10/32", 7],
      ["192.0.2.10/32", 9],
    ]);
    expect(refused[0]?.reason).toContain("ADD-PATH");
  });

  test("the families can differ", async () => {
    const { a } = await established({
      a: { addPath: { "ipv4-unicast": "send", "ipv6-unicast": "receive" } },
      b: { addPath: "both" },
    });
    expect(a.snapshot().session?.addPath).toEqual({ send: ["ipv4-unicast"], receive: ["ipv6-unicast"] });
  });
});

test("the OPEN carries capability 69 with a mode for each family, and none without the option", async () => {
  const listener = await rawListener("127.0.0.2");
  const address = { address: "127.0.0.2", asn: 65000, port: listener.port, source: "127.0.0.1" };
  const offered = async (addPath: "both" | undefined): Promise<Capability | undefined> => {
    const made = speaker();
    made.addPeer({ ...address, ...(addPath === undefined ? {} : { addPath }) });
    const raw = await listener.next();
    await until(() => raw.count(MessageType.Open) > 0, "an OPEN came");
    await made.close();
    const open = raw.messages.find((message) => message.type === MessageType.Open);
    return open?.capabilities.find(({ code }) => code === 69);
  };
  expect(await offered("both")).toEqual({
    code: 69,
    name: "add-path",
    families: [
      { family: Family.Ipv4Unicast, send: true, receive: true },
      { family: Family.Ipv6Unicast, send: true, receive: true },
    ],
  });
  expect(await offered(undefined)).toBeUndefined();
});

describe("is refused in one sentence", () => {
  const peer = { address: "127.0.0.2", asn: 65000 };

  test.each([
    ["a mode that there is not", { addPath: "all" as "both" }, /addPath is "all"; it must be send, receive or both/],
    [
      "a family that the session has not",
      { families: ["ipv4-unicast" as const], addPath: { "ipv6-unicast": "send" as const } },
      /addPath names "ipv6-unicast", which is not in families/,
    ],
  ])("%s", (_, options, message) => {
    expect(() => speaker().addPeer({ ...peer, ...options })).toThrow(message);
  });

  test.each([-1, 1.5, 4294967296])("a path id of %s, and nothing changes", (pathId) => {
    const { routes } = speaker().addPeer({ ...peer, passive: true });
    expect(() => routes.set([{ prefix: "192.0.2.1", pathId }])).toThrow(SpeakerError);
    expect(() => routes.apply({ withdraw: [{ prefix: "192.0.2.1", pathId }] })).toThrow(/192\.0\.2\.1\/32: pathId is/);
    expect(routes.size).toBe(0);
  });
});
