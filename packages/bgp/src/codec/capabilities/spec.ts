import type { Writer } from "../../bytes/writer.ts";
import type { Family } from "../../iana/afi-safi.ts";

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
  };
}
