/** The names of the schemas that answers and bodies have, see `schemas.ts`. */
export type SchemaName =
  | "Status"
  | "PeerList"
  | "PeerView"
  | "VipList"
  | "VipView"
  | "VipInput"
  | "HealthInput"
  | "NodeDrain"
  | "RoutePage"
  | "RouteView"
  | "Explanation"
  | "EventList"
  | "EventLine"
  | "ReloadInput"
  | "ReloadPreview"
  | "ReloadOutcome"
  | "StopInput"
  | "Stopping"
  | "ConfigView"
  | "Problem";

/** One parameter of the query. */
export interface QueryParameter {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer";
  readonly description: string;
  readonly min?: number;
  readonly max?: number;
}

/** One thing that can be asked for. */
export interface Endpoint {
  /** Stable: the `operationId` in OpenAPI, and the key of the handler. */
  readonly id: string;
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** `{name}` is one percent-encoded segment; `{prefix}` also takes a bare address, and a `/` that is not encoded. */
  readonly path: string;
  /** A sentence without a period. */
  readonly summary: string;
  readonly query?: readonly QueryParameter[];
  /** Absent: no body is looked at. A body is never required unless `bodyRequired`. */
  readonly body?: SchemaName;
  readonly bodyRequired?: true;
  /** Status and schema of success; `OpenApi` has none of its own. */
  readonly answer: SchemaName | "OpenApi";
  readonly status: 200 | 202;
  /** What `Accept` can ask for instead of JSON. */
  readonly stream?: { readonly type: "text/event-stream" | "application/x-ndjson"; readonly item: SchemaName };
}

const wait: QueryParameter = {
  name: "wait",
  type: "boolean",
  description: "true: answer only when it is out of service (200); else at once (202)",
};

/** Everything the control API has: server, client and OpenAPI document are made from this one table. */
export const endpoints = [
  {
    id: "status",
    method: "GET",
    path: "/v1/status",
    summary: "the daemon at one moment",
    answer: "Status",
    status: 200,
  },
  { id: "peers", method: "GET", path: "/v1/peers", summary: "every peer", answer: "PeerList", status: 200 },
  { id: "peer", method: "GET", path: "/v1/peers/{address}", summary: "one peer", answer: "PeerView", status: 200 },
  { id: "vips", method: "GET", path: "/v1/vips", summary: "every virtual IP in short", answer: "VipList", status: 200 },
  {
    id: "vip",
    method: "GET",
    path: "/v1/vips/{prefix}",
    summary: "one virtual IP in short",
    answer: "VipView",
    status: 200,
  },
  {
    id: "putVip",
    method: "PUT",
    path: "/v1/vips/{prefix}",
    summary:
      "declare a virtual IP, or replace one that was declared over the API; the body is an item of vips in the configuration",
    query: [
      { name: "persist", type: "boolean", description: "true: also after a restart of the daemon; default false" },
    ],
    body: "VipInput",
    answer: "VipView",
    status: 200,
  },
  {
    id: "deleteVip",
    method: "DELETE",
    path: "/v1/vips/{prefix}",
    summary: "take back a virtual IP that was declared over the API: it is drained, withdrawn and unbound",
    answer: "VipView",
    status: 202,
  },
  {
    id: "putHealth",
    method: "PUT",
    path: "/v1/vips/{prefix}/health",
    summary: "push a verdict on the service behind a virtual IP; with ttl, silence after it is failure",
    body: "HealthInput",
    bodyRequired: true,
    answer: "VipView",
    status: 200,
  },
  {
    id: "drainVip",
    method: "POST",
    path: "/v1/vips/{prefix}/drain",
    summary: "take a virtual IP out of service until it is undrained, over restarts too",
    query: [wait],
    answer: "VipView",
    status: 202,
  },
  {
    id: "undrainVip",
    method: "POST",
    path: "/v1/vips/{prefix}/undrain",
    summary: "put a drained virtual IP back into service",
    answer: "VipView",
    status: 200,
  },
  {
    id: "resetVip",
    method: "POST",
    path: "/v1/vips/{prefix}/reset-damping",
    summary: "end the hold-downs of a virtual IP and forget what led to them",
    answer: "VipView",
    status: 200,
  },
  {
    id: "drain",
    method: "POST",
    path: "/v1/drain",
    summary: "take every virtual IP of the node out of service, those of the future too",
    query: [wait],
    answer: "NodeDrain",
    status: 202,
  },
  {
    id: "undrain",
    method: "POST",
    path: "/v1/undrain",
    summary: "end every drain, of the node and of single virtual IPs",
    answer: "NodeDrain",
    status: 200,
  },
  {
    id: "routes",
    method: "GET",
    path: "/v1/routes",
    summary: "routes, sent or received",
    query: [
      { name: "peer", type: "string", description: "only this peer's" },
      {
        name: "received",
        type: "boolean",
        description: "true: what peers sent, where it is kept; default false, what we send",
      },
      { name: "prefix", type: "string", description: "only routes of this prefix and of those inside it" },
      { name: "offset", type: "integer", description: "routes to pass over", min: 0, max: 1_000_000_000 },
      {
        name: "limit",
        type: "integer",
        description: "routes of a page, default 1000; of the stream, default all",
        min: 1,
        max: 1_000_000_000,
      },
    ],
    answer: "RoutePage",
    status: 200,
    stream: { type: "application/x-ndjson", item: "RouteView" },
  },
  {
    id: "explain",
    method: "GET",
    path: "/v1/explain/{prefix}",
    summary:
      "why a virtual IP is or is not announced, per peer; one that nobody declared is answered too, with state unknown",
    answer: "Explanation",
    status: 200,
  },
  {
    id: "events",
    method: "GET",
    path: "/v1/events",
    summary: "events: as JSON those that are kept, as text/event-stream those of the future too",
    query: [
      { name: "since", type: "string", description: "begin with the past: 10m ago, an ISO 8601 time, or all" },
      { name: "vip", type: "string", description: "only those of this virtual IP" },
      { name: "peer", type: "string", description: "only those of this peer" },
    ],
    answer: "EventList",
    status: 200,
    stream: { type: "text/event-stream", item: "EventLine" },
  },
  {
    id: "reload",
    method: "POST",
    path: "/v1/reload",
    summary: "read the configuration files again and change what differs",
    body: "ReloadInput",
    answer: "ReloadPreview",
    status: 200,
  },
  {
    id: "confirmReload",
    method: "POST",
    path: "/v1/reload/confirm",
    summary: "keep what a reload with confirm has changed",
    answer: "ReloadOutcome",
    status: 200,
  },
  {
    id: "rollbackReload",
    method: "POST",
    path: "/v1/reload/rollback",
    summary: "take back what a reload with confirm has changed, without waiting for the time to pass",
    answer: "ReloadOutcome",
    status: 200,
  },
  {
    id: "stop",
    method: "POST",
    path: "/v1/stop",
    summary: "drain, withdraw, unbind, close the sessions and end",
    body: "StopInput",
    answer: "Stopping",
    status: 202,
  },
  {
    id: "restart",
    method: "POST",
    path: "/v1/restart",
    summary:
      "end for somebody to start vipcast again, with graceful restart where it is on: nothing is withdrawn or unbound",
    answer: "Stopping",
    status: 202,
  },
  {
    id: "config",
    method: "GET",
    path: "/v1/config",
    summary: "the configuration that runs",
    answer: "ConfigView",
    status: 200,
  },
  {
    id: "openapi",
    method: "GET",
    path: "/v1/openapi.json",
    summary: "this API as an OpenAPI document",
    answer: "OpenApi",
    status: 200,
  },
] as const satisfies readonly Endpoint[];

/** The `id` of one of {@link endpoints}. */
export type EndpointId = (typeof endpoints)[number]["id"];
