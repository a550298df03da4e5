import {
  Family,
  type ImportPolicy,
  type PeerConfig,
  peerConfig,
  type RemoteAs,
  validatePeerConfig,
} from "@vipcast/bgp";
import type { PeerGroup, PeerOptions } from "../peer-options.ts";
import type { SocketProtection } from "../transport/options.ts";
import type { PeerAddress } from "../transport/peer-address.ts";
import { checkInteger, checkNumber, refuseOption } from "./check.ts";
import { checkNumbersOf } from "./option-types.ts";
import { resolveGroup } from "./peer-group.ts";
import {
  readAddPath,
  readAddress,
  readFamilies,
  readGracefulRestart,
  readMaxPrefixes,
  readNextHop,
  readProtection,
  readRemoteAs,
  readSource,
  type Source,
} from "./read-options.ts";

/** {@link PeerOptions}, checked, with what their groups say and all defaults. */
export interface PeerSettings {
  readonly address: PeerAddress;
  readonly asn: RemoteAs;
  readonly port: number;
  /** Null: the system chooses. */
  readonly source: Source | null;
  readonly protection: SocketProtection;
  readonly description: string | null;
  /** Null: begin started. */
  readonly shutdown: string | null;
  readonly config: PeerConfig;
  /** BFD watches the way to the peer. */
  readonly bfd: boolean;
  readonly importPolicy: ImportPolicy | null;
  readonly nextHopSelf: readonly Uint8Array[];
  /** Before jitter. */
  readonly advertisementIntervalMs: number;
}

/** What every peer of one speaker shares. */
export interface LocalSettings {
  readonly asn: number;
  readonly routerId: number;
}

const bgpPort = 179;
const defaultHoldTime = 9;
const defaultConnectRetry = 5;

/** Throws `ERR_SPEAKER_OPTION` with a sentence on the first option that is wrong. */
export function peerSettings(asked: PeerOptions, local: LocalSettings): PeerSettings {
  const options = resolveGroup(asked);
  if (options.address === undefined) refuseOption("address is missing: give the IP address of the peer");
  const address = readAddress(options);
  const asn = readRemoteAs(options.asn);
  const { port = bgpPort } = options;
  checkInteger("port", port, 1, 65535);
  const { advertisementInterval = 0 } = options;
  checkNumber("advertisementInterval", advertisementInterval, 0, 600);
  if (options.localAs !== undefined) checkInteger("localAs", options.localAs, 1, 0xffff_ffff);
  return {
    address,
    asn,
    port,
    source: options.source === undefined ? null : readSource(options.source, address),
    protection: readProtection(options, address),
    description: options.description ?? null,
    shutdown: options.shutdown ?? null,
    config: readConfig(options, { ...local, asn: options.localAs ?? local.asn }, asn, address),
    bfd: options.bfd ?? false,
    importPolicy: options.importPolicy ?? null,
    nextHopSelf: (options.nextHopSelf ?? []).map(readNextHop),
    advertisementIntervalMs: advertisementInterval * 1000,
  };
}

function readConfig(options: PeerGroup, local: LocalSettings, remoteAs: RemoteAs, address: PeerAddress): PeerConfig {
  const { holdTime = defaultHoldTime, connectRetry = defaultConnectRetry, keepalive, delayOpen = 0 } = options;
  checkInteger("holdTime", holdTime, 0, 65535);
  if (holdTime === 1 || holdTime === 2)
    refuseOption(`holdTime is ${holdTime}; it must be 0 (no keepalives) or at least 3 seconds (RFC 4271 §4.2)`);
  checkNumber("connectRetry", connectRetry, 1, 65535);
  checkNumber("delayOpen", delayOpen, 0, 65535);
  if (keepalive !== undefined) checkKeepalive(keepalive, holdTime);
  checkNumbersOf("idleHold", options.idleHold ?? {});
  const families = readFamilies(options.families);
  const overIpv6 = address.bytes.length === 16;
  const extended = (options.extendedNextHop ?? overIpv6) && families.includes(Family.Ipv4Unicast);
  const config = peerConfig({
    localAs: local.asn,
    remoteAs,
    routerId: local.routerId,
    holdTime,
    keepalive: keepalive ?? null,
    connectRetry,
    delayOpen,
    sendHoldTime: options.sendHoldTime ?? null,
    idleHold: options.idleHold ?? {},
    dampPeerOscillations: options.dampPeerOscillations ?? false,
    passive: options.passive ?? false,
    families,
    collisionDetectEstablishedState: options.collisionDetectEstablishedState ?? false,
    notificationsWithoutOpen: options.notificationsWithoutOpen ?? true,
    maxPrefixes: readMaxPrefixes(options.maxPrefixes, families),
    ...(options.staleTime === undefined ? {} : { staleTime: options.staleTime }),
    role: options.role ?? null,
    roleStrict: options.roleStrict ?? false,
    description: options.description ?? "",
    capabilities: {
      extendedNextHop: extended ? [Family.Ipv4Unicast] : [],
      addPath: readAddPath(options.addPath, families),
      // Its markers wait for End-of-RIB, which some send only to who offers graceful restart (RFC 7313 §4): such a peer never answers.
      enhancedRouteRefresh: options.enhancedRouteRefresh ?? options.gracefulRestart !== undefined,
      gracefulRestart: readGracefulRestart(options.gracefulRestart, families),
    },
  });
  const [wrong] = validatePeerConfig(config);
  if (wrong !== undefined) refuseOption(`${wrong.field} is ${wrong.value}: ${wrong.problem}: ${wrong.remedy}`);
  return config;
}

function checkKeepalive(keepalive: number, holdTime: number): void {
  checkNumber("keepalive", keepalive, 1, 65535);
  if (holdTime === 0)
    refuseOption(
      `keepalive is ${keepalive}, but holdTime 0 means that no KEEPALIVEs are sent: leave keepalive out, or give a holdTime of 3 or more`,
    );
  if (keepalive >= holdTime)
    refuseOption(
      `keepalive is ${keepalive}; it must be smaller than the holdTime of ${holdTime}: leave it out for a third of that`,
    );
}
