import { formatAddress } from "../../bytes/address.ts";
import { copyOctets } from "../../bytes/slab.ts";
import { checkLength, checkList } from "../encode-error.ts";
import {
  AttributeKind,
  type AttributeSpec,
  badLength,
  defineAttribute,
  discard,
  nonZeroMultipleOf,
  unlessEmpty,
} from "./spec.ts";

/** CLUSTER_LIST (RFC 4456 §8): the reflection path, latest first; between internal peers only. */
export const clusterList: AttributeSpec = defineAttribute({
  code: 10,
  name: "CLUSTER_LIST",
  property: "clusterList",
  rfc: "RFC 4456 §8",
  kind: AttributeKind.OptionalNonTransitive,
  length: nonZeroMultipleOf(4),
  badLength: badLength("RFC 7606 §7.10"),
  fromExternal: discard("cluster-list-from-external-peer", "RFC 7606 §7.10"),
  decode: (bytes, start, end) => {
    const ids: Uint8Array[] = [];
    for (let at = start; at < end; at += 4) ids.push(copyOctets(bytes, at, at + 4));
    return ids;
  },
  encode: (w, ids) => {
    checkList("clusterList", ids);
    for (const id of ids) {
      checkLength("clusterList", id, 4);
      w.copy(id);
    }
  },
  select: unlessEmpty,
  json: (ids) => ids.map((id) => formatAddress(id)),
});
