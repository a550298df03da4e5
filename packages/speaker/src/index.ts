export { SpeakerError, type SpeakerErrorCode } from "./errors.ts";
export type {
  PeerDown,
  PeerHandlers,
  PeerNotification,
  ReceivedRoute,
  RoutesChanged,
  RoutesSent,
  StaleRoutesChange,
} from "./handlers.ts";
export type { ListenRange, ListenRangeOptions } from "./listen-range.ts";
export type { Clock, LocalAddress, Logger, SpeakerOptions } from "./options.ts";
export type { Peer } from "./peer/peer.ts";
export { restartWarning } from "./peer/restart-warning.ts";
export type {
  PeerCounters,
  PeerSnapshot,
  PeerSnapshotDown,
  PeerSnapshotNotification,
  PeerSnapshotOptions,
  PeerSnapshotPrefixes,
  PeerSnapshotRestart,
  PeerSnapshotSession,
  PeerSnapshotStale,
  RefusedRoute,
} from "./peer/snapshot.ts";
export type {
  AddPathMode,
  FamilyName,
  GracefulRestartOptions,
  PeerGroup,
  PeerOptions,
  PrefixLimit,
} from "./peer-options.ts";
export type { RestartOptions } from "./restart-options.ts";
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
