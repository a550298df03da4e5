/** What tests of BGP programs need: time that obeys, two peers in memory, octets as text. */
export { VirtualClock } from "./clock.ts";
export { hex, unhex } from "./hex.ts";
export { type Connection, Endpoint, Pair, type PairOptions, type RecordedEvent } from "./pair.ts";
export { type Segment, Wire, type WireOptions } from "./wire.ts";
