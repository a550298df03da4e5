/** RTM_NEWLINK, RTM_DELLINK and RTM_GETLINK: `struct ifinfomsg` and IFLA_* attributes. Pure. */
import { AF } from "../libc/constants.ts";
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { IFF, IFLA, IFLA_INFO_KIND, NLM_F, RTM, SKIP_STATISTICS } from "./constants.ts";
import { attributeText, attributeUint32, forEachAttribute, MessageWriter, type NetlinkMessage } from "./message.ts";
import type { KernelLink } from "./types.ts";

/** RTM_GETLINK dump of every link, without counters. */
export function encodeGetLinks(sequence: number): Uint8Array {
  return new MessageWriter(RTM.getLink, NLM_F.request | NLM_F.dump, sequence)
    .uint32(AF.unspec)
    .uint32(0)
    .uint32(0)
    .uint32(0)
    .attributeUint32(IFLA.extMask, SKIP_STATISTICS)
    .finish();
}

/** RTM_NEWLINK that only sets IFF_UP, or clears it. */
export function encodeSetLinkUp(ifindex: number, up: boolean, sequence: number): Uint8Array {
  return new MessageWriter(RTM.newLink, NLM_F.request | NLM_F.ack, sequence)
    .uint32(AF.unspec)
    .uint32(ifindex)
    .uint32(up ? IFF.up : 0)
    .uint32(IFF.up)
    .finish();
}

/** Decodes RTM_NEWLINK or RTM_DELLINK; undefined for bridge-port messages and for ones too short. */
export function decodeLink(message: NetlinkMessage): KernelLink | undefined {
  const { bytes, start, end } = message;
  if (end - start < 16 || bytes[start] !== AF.unspec) return undefined;
  const view = viewOf(bytes);
  const flags = view.getUint32(start + 8, LITTLE_ENDIAN);
  let name = "";
  let mtu = 0;
  let hardwareAddress = "";
  let master = 0;
  let kind = "";
  forEachAttribute(bytes, start + 16, end, (type, value) => {
    switch (type) {
      case IFLA.ifname:
        name = attributeText(value);
        break;
      case IFLA.mtu:
        mtu = attributeUint32(value);
        break;
      case IFLA.address:
        hardwareAddress = Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join(":");
        break;
      case IFLA.master:
        master = attributeUint32(value);
        break;
      case IFLA.linkInfo:
        forEachAttribute(value, 0, value.length, (inner, text) => {
          if (inner === IFLA_INFO_KIND) kind = attributeText(text);
        });
        break;
    }
  });
  return {
    ifindex: view.getInt32(start + 4, LITTLE_ENDIAN),
    name,
    up: (flags & IFF.up) !== 0,
    carrier: (flags & IFF.lowerUp) !== 0,
    loopback: (flags & IFF.loopback) !== 0,
    pointToPoint: (flags & IFF.pointToPoint) !== 0,
    flags,
    mtu,
    hardwareAddress,
    master,
    kind,
  };
}
