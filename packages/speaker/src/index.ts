export { SpeakerError, type SpeakerErrorCode } from "./errors.ts";
export type { PeerDown, PeerHandlers, PeerNotification, ReceivedRoute, RoutesChanged, RoutesSent } from "./handlers.ts";
export type { ListenRange, ListenRangeOptions } from "./listen-range.ts";
export type { Clock, LocalAddress, Logger, SpeakerOptions } from "./options.ts";
export type { Peer } from "./peer/peer.ts";
export type {
  PeerCounters,
  PeerSnapshot,
  PeerSnapshotDown,
  PeerSnapshotNotification,
  PeerSnapshotOptions,
  PeerSnapshotPrefixes,
  PeerSnapshotSession,
  RefusedRoute,
} from "./peer/snapshot.ts";
export type { AddPathMode, FamilyName, PeerGroup, PeerOptions, PrefixLimit } from "./peer-options.ts";
export type { FlushResult, PeerRoutes, Route, RouteAttributes, RouteChange, RoutePath } from "./routes/route.ts";
export { Speaker } from "./speaker.ts";
export type {
  BoundAddress,
  DialOptions,
  DropCounters,
  ListenOptions,
  ListenPeer,
  SocketProtection,
  Transport,
} from "./transport/options.ts";
