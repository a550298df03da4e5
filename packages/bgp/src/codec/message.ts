// BGP messages: what they are (message-types.ts), from octets (decode.ts), to octets (encode.ts, routes.ts).
export { decodeMessage } from "./decode.ts";
export { encodeMessage } from "./encode.ts";
export {
  type CapabilityParameters,
  type KeepaliveMessage,
  type MalformedMessage,
  type Message,
  MessageType,
  type NotificationMessage,
  type OpenMessage,
  type OutgoingMessage,
  type OutgoingOpen,
  type RouteBatch,
  type RouteRefreshMessage,
  type UpdateMessage,
} from "./message-types.ts";
export { encodeRoutes } from "./routes.ts";
