/** What is loaded with the first address to serve metrics on: prom-client and an HTTP server. */
export { Exposition } from "./exposition.ts";
export { serveMetrics } from "./server.ts";
