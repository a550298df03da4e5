export type * from "./events.ts";
export type * from "./intent/desired-vip.ts";
export type * from "./ports.ts";
