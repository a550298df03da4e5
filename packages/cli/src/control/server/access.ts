import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { Problem } from "../resources/problem.ts";
import { problemOf } from "./problem.ts";
import { shownPath } from "./route-request.ts";

/** Who may use a TCP listener. On the Unix socket the file's mode and group say it. */
export interface TcpAccess {
  /** SHA-256 of the token; null: a client certificate is what counts, which TLS has asked for already. */
  readonly tokenHash: Buffer | null;
  /** Names besides `localhost` by which clients may call this host. */
  readonly names: readonly string[];
}

/** What is looked at instead of the token itself, which is not kept. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/**
 * Whether a request over TCP may pass; null: it may. What browsers send for a page of somebody else is refused before any credential is looked at: a page has an origin, and a name
 * that an attacker points at this host (DNS rebinding) is none of ours.
 */
export function refuseAccess(headers: IncomingHttpHeaders, { tokenHash, names }: TcpAccess): Problem | null {
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) {
    return problemOf("forbidden", "Requests of browsers are refused; use a program, such as vipcast or curl.");
  }
  const host = hostName(headers.host ?? "");
  if (!isOwnName(host, names)) {
    const detail = `${shownPath(host)} is no name of this host that is known here; use its address, or add it to control.names.`;
    return problemOf("forbidden", detail);
  }
  if (tokenHash === null) return null;
  const given = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
  // Hashes have one length, so that the time tells nothing of the token.
  if (given !== undefined && timingSafeEqual(hashToken(given), tokenHash)) return null;
  const rule = given === undefined ? "The request has no token" : "The token is not the right one";
  return problemOf(
    "unauthorized",
    `${rule}; send the header Authorization: Bearer TOKEN with what stands in control.tokenFile.`,
  );
}

function hostName(host: string): string {
  return host.replace(/:\d{1,5}$/, "").replace(/^\[(.*)\]$/, "$1");
}

function isOwnName(host: string, names: readonly string[]): boolean {
  const name = host.toLowerCase();
  return isIP(name) !== 0 || name === "localhost" || names.some((own) => own.toLowerCase() === name);
}
