import type { Case } from "../cell/case.ts";
import { addPath } from "./add-path.ts";
import { addressDeleted } from "./address-deleted.ts";
import { addressFought } from "./address-fought.ts";
import { advertisementInterval } from "./advertisement-interval.ts";
import { fourOctetAs, twoOctetPeer } from "./as-numbers.ts";
import { attributes } from "./attributes.ts";
import { dialled } from "./dialled.ts";
import { establish } from "./establish.ts";
import { extendedMessages } from "./extended-messages.ts";
import { extendedNextHop } from "./extended-next-hop.ts";
import { firstVerdicts } from "./first-verdicts.ts";
import { gracefulRestart } from "./graceful-restart.ts";
import { gracefulStop } from "./graceful-stop.ts";
import { holdExpiry } from "./hold-expiry.ts";
import { holdTime } from "./hold-time.ts";
import { holdZero } from "./hold-zero.ts";
import { ipv6Transport } from "./ipv6-transport.ts";
import { lastNode } from "./last-node.ts";
import { linkLocal } from "./link-local.ts";
import { manyVips } from "./many-vips.ts";
import { maxPrefixes } from "./max-prefixes.ts";
import { md5 } from "./md5.ts";
import { multihop } from "./multihop.ts";
import { nextHop } from "./next-hop.ts";
import { noTransit } from "./no-transit.ts";
import { oneFamily } from "./one-family.ts";
import { ourRestart } from "./our-restart.ts";
import { peerGracefulRestart } from "./peer-graceful-restart.ts";
import { peerRestart } from "./peer-restart.ts";
import { preference } from "./preference.ts";
import { role } from "./role.ts";
import { routeRefresh } from "./route-refresh.ts";
import { shutdownText } from "./shutdown-text.ts";
import { stopOrder } from "./stop-order.ts";
import { ttlSecurity } from "./ttl-security.ts";
import { twoVips } from "./two-vips.ts";
import { weight } from "./weight.ts";
import { wrongAs } from "./wrong-as.ts";

/** Every case, in the order of the rows of `docs/interop.md`. */
export const cases: readonly Case[] = [
  establish,
  dialled,
  ipv6Transport,
  oneFamily,
  holdTime,
  holdExpiry,
  attributes,
  noTransit,
  preference,
  weight,
  lastNode,
  nextHop,
  twoVips,
  manyVips,
  addPath,
  fourOctetAs,
  twoOctetPeer,
  wrongAs,
  md5,
  ttlSecurity,
  peerRestart,
  ourRestart,
  gracefulRestart,
  firstVerdicts,
  gracefulStop,
  peerGracefulRestart,
  stopOrder,
  addressDeleted,
  addressFought,
  extendedMessages,
  extendedNextHop,
  holdZero,
  linkLocal,
  maxPrefixes,
  multihop,
  role,
  routeRefresh,
  advertisementInterval,
  shutdownText,
];
