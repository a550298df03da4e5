import type { Writer } from "../../bytes/writer.ts";
import { type Family, familyName } from "../../iana/afi-safi.ts";
import type { Json } from "../attributes/spec.ts";

/** A capability as a value (RFC 5492 §4). Codes without a spec keep their bytes. */
export type Capability =
  | { readonly code: 1; readonly name: "multiprotocol"; readonly family: Family }
  | { readonly code: 2; readonly name: "route-refresh" }
  | {
      readonly code: 5;
      readonly name: "extended-next-hop";
      readonly entries: readonly { readonly family: Family; readonly nextHopAfi: number }[];
    }
  | { readonly code: 6; readonly name: "extended-message" }
  | {
      readonly code: 8;
      readonly name: "multiple-labels";
      /** How many labels a prefix may have towards the sender, 2..255, for each labelled family. */
      readonly families: readonly { readonly family: Family; readonly count: number }[];
    }
  | {
      readonly code: 9;
      readonly name: "role";
      /** 0 provider, 1 rs, 2 rs-client, 3 customer, 4 peer; the rest of 0..255 is not assigned (RFC 9234 §4.1). */
      readonly role: number;
    }
  | {
      readonly code: 64;
      readonly name: "graceful-restart";
      /** R bit: the sender has restarted. */
      readonly restarted: boolean;
      /** N bit (RFC 8538): GR also after NOTIFICATION and hold timer expiry. */
      readonly notification: boolean;
      /** Seconds, 0..4095. */
      readonly restartTime: number;
      readonly families: readonly { readonly family: Family; readonly forwarding: boolean }[];
    }
  | { readonly code: 65; readonly name: "four-octet-as"; readonly asn: number }
  | {
      readonly code: 69;
      readonly name: "add-path";
      readonly families: readonly { readonly family: Family; readonly receive: boolean; readonly send: boolean }[];
    }
  | { readonly code: 70; readonly name: "enhanced-route-refresh" }
  | {
      readonly code: 71;
      readonly name: "long-lived-graceful-restart";
      readonly families: readonly {
        readonly family: Family;
        readonly forwarding: boolean;
        /** Seconds, 0..16777215. */
        readonly staleTime: number;
      }[];
    }
  | { readonly code: 73; readonly name: "fqdn"; readonly hostName: string; readonly domainName: string }
  | {
      readonly code: 75;
      readonly name: "software-version";
      readonly version: string;
      /** Whether an octet with the length stands before the text; both are in use. */
      readonly lengthOctet: boolean;
    }
  | { readonly code: number; readonly name: "unknown"; readonly value: Uint8Array };

/** The facts of one capability. Made by {@link defineCapability}, listed in `table.ts`. */
export interface CapabilitySpec {
  readonly code: number;
  /** The `name` of its {@link Capability} values. */
  readonly name: string;
  readonly rfc: string;
  /** The value of `bytes[start, end)`, or null when they cannot be one: the capability then counts as not understood. */
  readonly decode: (bytes: Uint8Array, start: number, end: number) => Capability | null;
  /** Appends the value's octets when `capability` has this spec's name; throws BgpEncodeError for values out of range. */
  readonly encode: (w: Writer, capability: Capability) => void;
  /** What to show of a `capability` of this spec's name. */
  readonly json: (capability: Capability) => Json;
}

export type KnownCapability = Exclude<Capability, { readonly name: "unknown" }>;
type CapabilityNamed<N extends KnownCapability["name"]> = Extract<KnownCapability, { readonly name: N }>;

/** What a capability's file states. */
export interface CapabilityDefinition<N extends KnownCapability["name"]> {
  readonly code: CapabilityNamed<N>["code"];
  readonly name: N;
  readonly rfc: string;
  readonly decode: (bytes: Uint8Array, start: number, end: number) => CapabilityNamed<N> | null;
  readonly encode: (w: Writer, capability: CapabilityNamed<N>) => void;
  /** What to show instead of the value itself, beside code and name. */
  readonly json?: (capability: CapabilityNamed<N>) => { readonly [key: string]: Json };
}

export function defineCapability<N extends KnownCapability["name"]>(d: CapabilityDefinition<N>): CapabilitySpec {
  return {
    code: d.code,
    name: d.name,
    rfc: d.rfc,
    decode: d.decode,
    encode: (w, capability) => {
      if (capability.name === d.name) d.encode(w, capability as CapabilityNamed<N>);
    },
    json: (capability) => {
      const { code, name } = capability;
      return { code, name, ...d.json?.(capability as CapabilityNamed<N>) };
    },
  };
}

/** Entries of a list with their families by name. */
export function withFamilyNames(
  entries: readonly ({ readonly family: Family } & { readonly [key: string]: Json })[],
): Json {
  return entries.map((entry) => ({ ...entry, family: familyName(entry.family) }));
}
