import type { Family } from "../../iana/afi-safi.ts";

/** A capability as a value (RFC 5492 §4). Codes without a spec keep their bytes. */
export type Capability =
  | { readonly code: 1; readonly name: "multiprotocol"; readonly family: Family }
  | { readonly code: 2; readonly name: "route-refresh" }
  | { readonly code: 5; readonly name: "extended-next-hop"; readonly entries: readonly { readonly family: Family; readonly nextHopAfi: number }[] }
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
  | { readonly code: 69; readonly name: "add-path"; readonly families: readonly { readonly family: Family; readonly receive: boolean; readonly send: boolean }[] }
  | { readonly code: 70; readonly name: "enhanced-route-refresh" }
  | { readonly code: number; readonly name: "unknown"; readonly value: Uint8Array };
