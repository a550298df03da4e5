import { parseListen } from "../../values/listen.ts";
import { field, section } from "./field.ts";

/** The port of `metrics.listen` when none is written. */
const metricsPort = 9179;
/** Where metrics are served when only that is asked for. */
export const metricsListen: { readonly host: string; readonly port: number } = { host: "127.0.0.1", port: metricsPort };

/** The listener for Prometheus. */
export const metricsSchema = section("serve metrics to Prometheus: see docs/metrics.md (default: not)", {
  listen: field(
    {
      description: `ADDR, ADDR:PORT or [ADDR]:PORT for /metrics, /healthz and /readyz; anybody who reaches it may read them`,
      default: `127.0.0.1:${metricsPort}`,
      examples: [`127.0.0.1:${metricsPort}`],
    },
    (value) => parseListen(value, `127.0.0.1:${metricsPort} or "[::1]:${metricsPort}"`, metricsPort),
  ).optional(),
});
