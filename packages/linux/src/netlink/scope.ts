import type { AddressScope } from "./types.ts";

const SCOPES = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** RT_SCOPE_* of a scope's name. */
export function scopeNumber(scope: AddressScope): number {
  return typeof scope === "number" ? scope : SCOPES[scope];
}

/** The name of RT_SCOPE_*; the number itself where it has none. */
export function scopeName(value: number): AddressScope {
  switch (value) {
    case 0:
      return "global";
    case 200:
      return "site";
    case 253:
      return "link";
    case 254:
      return "host";
    case 255:
      return "nowhere";
    default:
      return value;
  }
}
