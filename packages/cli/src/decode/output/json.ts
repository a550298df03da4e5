import type { Json } from "@vipcast/bgp";

/** A JSON object, as `--json` prints it and the other views read it. */
export type JsonObject = { readonly [key: string]: Json };

/** The value as an object; an empty one when it is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value as a list; an empty one when it is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The texts of a list. */
export function texts(value: Json | undefined): string[] {
  return listOf(value).filter((entry) => typeof entry === "string");
}
