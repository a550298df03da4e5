import type { AnnouncerEvent, Explanation as Explained } from "@vipcast/announcer";
import type { PeerSnapshot } from "@vipcast/speaker";
import { describe, expect, test } from "vitest";
import { endpoints } from "../../../src/control/resources/endpoints.ts";
import type { EventLine } from "../../../src/control/resources/event.ts";
import type { Explanation } from "../../../src/control/resources/explanation.ts";
import type { PeerView } from "../../../src/control/resources/peer.ts";
import { schemas } from "../../../src/control/resources/schemas.ts";

// What the libraries say is what the API answers: these do not compile when one of them changes alone.
export const explained = (value: Explained): Explanation => value;
export const peer = (value: PeerSnapshot): PeerView => ({ ...value, internal: false });
export const line = (value: AnnouncerEvent): EventLine => ({ id: "1", ...value });

describe("the table of endpoints", () => {
  test("has each id once, and each method and path once", () => {
    const ids = endpoints.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const routes = endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  test("names only schemas that there are, and every one of them is used", () => {
    const used = new Set<string>(["Problem"]);
    for (const endpoint of endpoints) {
      if (endpoint.answer !== "OpenApi") used.add(endpoint.answer);
      if ("body" in endpoint) used.add(endpoint.body);
      if ("stream" in endpoint) used.add(endpoint.stream.item);
    }
    expect([...used].sort()).toEqual(Object.keys(schemas).sort());
  });
});
