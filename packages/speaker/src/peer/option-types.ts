import type { PeerOptions } from "../peer-options.ts";
import { inWords, refuseOption } from "./check.ts";

type Kind = "text" | "true or false" | "a number" | "a list" | "an object" | "a function";

/** What each option may be; ranges are looked at where it is read. Null: there alone. */
const kinds: { readonly [Name in keyof Required<PeerOptions>]: readonly Kind[] | null } = {
  address: ["text"],
  group: ["an object"],
  asn: null,
  localAs: ["a number"],
  port: ["a number"],
  passive: ["true or false"],
  holdTime: ["a number"],
  keepalive: ["a number"],
  connectRetry: ["a number"],
  delayOpen: ["a number"],
  sendHoldTime: ["a number"],
  idleHold: ["an object"],
  dampPeerOscillations: ["true or false"],
  families: ["a list"],
  addPath: ["text", "an object"],
  source: ["text"],
  extendedNextHop: ["true or false"],
  nextHopSelf: ["a list"],
  gracefulRestart: ["a number", "an object"],
  staleTime: ["a number"],
  bfd: ["true or false"],
  enhancedRouteRefresh: ["true or false"],
  advertisementInterval: ["a number"],
  maxPrefixes: ["a number", "an object"],
  role: ["text"],
  roleStrict: ["true or false"],
  description: ["text"],
  shutdown: ["text"],
  collisionDetectEstablishedState: ["true or false"],
  notificationsWithoutOpen: ["true or false"],
  importPolicy: ["a function"],
  password: ["text"],
  ttlSecurity: ["a number"],
  multihop: ["a number"],
  interface: ["text"],
  trafficClass: ["a number"],
  userTimeout: ["a number"],
};

const wantedKinds = Object.entries(kinds);

/** Throws `ERR_SPEAKER_OPTION` for an option that is something else than its type says: callers may have no types. */
export function checkTypes(options: object): void {
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, wanted] of wantedKinds) {
    const value = Object.hasOwn(options, name) ? given[name] : undefined;
    if (value === undefined || wanted === null || wanted.some((kind) => kind === kindOf(value))) continue;
    // A password that is a number is one all the same, and not for logs.
    refuseOption(`${name} is ${name === "password" ? "none" : inWords(value)}; it must be ${wanted.join(" or ")}`);
  }
}

/** The same for the numbers of an option that is an object. */
export function checkNumbersOf(name: string, option: object): void {
  for (const [field, value] of Object.entries(option)) {
    if (value !== undefined && typeof value !== "number")
      refuseOption(`${name}.${field} is ${inWords(value)}; it must be a number`);
  }
}

function kindOf(value: unknown): Kind | null {
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "number":
      return "a number";
    case "function":
      return "a function";
    case "object":
      if (value === null) return null;
      return Array.isArray(value) ? "a list" : "an object";
    default:
      return null;
  }
}
