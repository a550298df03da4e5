/** RTM_NEWADDR, RTM_DELADDR and RTM_GETADDR: `struct ifaddrmsg` and IFA_* attributes. Pure. */
import { formatAddress } from "../host/address-text.ts";
import { AF } from "../libc/constants.ts";
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { IFA, NLM_F, RTM } from "./constants.ts";
import { attributeText, attributeUint32, forEachAttribute, MessageWriter, type NetlinkMessage } from "./message.ts";
import { scopeName } from "./scope.ts";
import type { KernelAddress } from "./types.ts";

const FOREVER = 0xffffffff;

/** An address as it goes on the wire: everything resolved and checked. */
export interface AddressWire {
  readonly octets: Uint8Array;
  readonly prefixLength: number;
  readonly ifindex: number;
  readonly scope: number;
  readonly flags: number;
  readonly proto: number;
  readonly rtPriority: number;
  readonly label: string;
  readonly preferredLifetime: number;
  readonly validLifetime: number;
}

const familyOf = (octets: Uint8Array): number => (octets.length === 4 ? AF.inet : AF.inet6);
const lifetime = (seconds: number): number => (seconds === Number.POSITIVE_INFINITY ? FOREVER : seconds);
const seconds = (value: number): number => (value === FOREVER ? Number.POSITIVE_INFINITY : value);

/** RTM_NEWADDR: fails with EEXIST when the address is there, unless `replace`. */
export function encodeNewAddress(wire: AddressWire, replace: boolean, sequence: number): Uint8Array {
  const flags = NLM_F.request | NLM_F.ack | NLM_F.create | (replace ? NLM_F.replace : NLM_F.exclusive);
  const writer = new MessageWriter(RTM.newAddress, flags, sequence)
    .uint8(familyOf(wire.octets))
    .uint8(wire.prefixLength)
    .uint8(wire.flags & 0xff)
    .uint8(wire.scope)
    .uint32(wire.ifindex)
    .attribute(IFA.local, wire.octets)
    .attribute(IFA.address, wire.octets);
  if (wire.label !== "") writer.attributeText(IFA.label, wire.label);
  // ifa_flags of the header holds eight bits; the attribute holds them all.
  if (wire.flags !== 0) writer.attributeUint32(IFA.flags, wire.flags);
  if (wire.proto !== 0) writer.attributeUint8(IFA.proto, wire.proto);
  if (wire.rtPriority !== 0) writer.attributeUint32(IFA.rtPriority, wire.rtPriority);
  if (wire.preferredLifetime !== Number.POSITIVE_INFINITY || wire.validLifetime !== Number.POSITIVE_INFINITY) {
    const info = new Uint8Array(16);
    viewOf(info).setUint32(0, lifetime(wire.preferredLifetime), LITTLE_ENDIAN);
    viewOf(info).setUint32(4, lifetime(wire.validLifetime), LITTLE_ENDIAN);
    writer.attribute(IFA.cacheInfo, info);
  }
  return writer.finish();
}

/** RTM_DELADDR: matches address, length and interface, and the label when it is not "". */
export function encodeDelAddress(
  wire: Pick<AddressWire, "octets" | "prefixLength" | "ifindex" | "label">,
  sequence: number,
): Uint8Array {
  const writer = new MessageWriter(RTM.delAddress, NLM_F.request | NLM_F.ack, sequence)
    .uint8(familyOf(wire.octets))
    .uint8(wire.prefixLength)
    .uint8(0)
    .uint8(0)
    .uint32(wire.ifindex)
    .attribute(IFA.local, wire.octets)
    .attribute(IFA.address, wire.octets);
  if (wire.label !== "") writer.attributeText(IFA.label, wire.label);
  return writer.finish();
}

/** RTM_GETADDR dump of one family (AF_*, 0 for both), of one interface when `ifindex` is not 0. */
export function encodeGetAddresses(family: number, ifindex: number, sequence: number): Uint8Array {
  return new MessageWriter(RTM.getAddress, NLM_F.request | NLM_F.dump, sequence)
    .uint8(family)
    .uint8(0)
    .uint8(0)
    .uint8(0)
    .uint32(ifindex)
    .finish();
}

/** Decodes RTM_NEWADDR or RTM_DELADDR; undefined for other families and for messages too short to be one. */
export function decodeAddress(
  message: NetlinkMessage,
  interfaceName: (ifindex: number) => string,
): KernelAddress | undefined {
  const { bytes, start, end } = message;
  if (end - start < 8) return undefined;
  const family = bytes[start]!;
  if (family !== AF.inet && family !== AF.inet6) return undefined;
  const ifindex = viewOf(bytes).getUint32(start + 4, LITTLE_ENDIAN);
  let local: Uint8Array | undefined;
  let far: Uint8Array | undefined;
  let flags = bytes[start + 2]!;
  let proto = 0;
  let rtPriority = 0;
  let label = "";
  let preferredLifetime = Number.POSITIVE_INFINITY;
  let validLifetime = Number.POSITIVE_INFINITY;
  forEachAttribute(bytes, start + 8, end, (type, value) => {
    switch (type) {
      case IFA.local:
        local = value;
        break;
      case IFA.address:
        far = value;
        break;
      case IFA.label:
        label = attributeText(value);
        break;
      case IFA.flags:
        flags = attributeUint32(value);
        break;
      case IFA.proto:
        proto = value[0] ?? 0;
        break;
      case IFA.rtPriority:
        rtPriority = attributeUint32(value);
        break;
      case IFA.cacheInfo:
        if (value.length >= 8) {
          preferredLifetime = seconds(attributeUint32(value));
          validLifetime = seconds(attributeUint32(value.subarray(4)));
        }
        break;
    }
  });
  // linux/if_addr.h: IFA_ADDRESS is the far end of a point-to-point link, and the address itself otherwise.
  const own = local ?? far;
  if (own === undefined) return undefined;
  const address = formatAddress(own);
  const farText = far === undefined ? address : formatAddress(far);
  return {
    family: family === AF.inet ? "ipv4" : "ipv6",
    address,
    prefixLength: bytes[start + 1]!,
    ifindex,
    interface: interfaceName(ifindex),
    scope: scopeName(bytes[start + 3]!),
    flags,
    proto,
    rtPriority,
    label,
    preferredLifetime,
    validLifetime,
    peer: farText === address ? "" : farText,
  };
}
