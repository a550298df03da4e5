import { hostname } from "node:os";
import { NotReadable, readRegularFile } from "../config/regular-file.ts";
import type { ControlSettings } from "../config/settings.ts";
import { hashToken, type TcpAccess } from "./server/access.ts";

/** What the TCP listener needs from files. */
export interface TcpFiles {
  readonly access: TcpAccess;
  readonly tls: {
    readonly cert: string;
    readonly key: string;
    readonly ca?: string;
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
    readonly minVersion: "TLSv1.2";
  } | null;
  /** Sentences without a period. */
  readonly warnings: readonly string[];
}

const shortestToken = 16;
const longestToken = 4096;
/** Of a file with certificates or a token. */
const maxBytes = 1024 * 1024;

/** Reads certificates and token. Throws an `Error` whose sentence names the file and the remedy, and no secret. */
export function readTcpFiles({ tls, tokenFile, names }: ControlSettings): TcpFiles {
  const token = tokenFile === null ? null : readToken(tokenFile);
  const clientCa = tls?.clientCaFile ?? null;
  return {
    access: { tokenHash: token?.hash ?? null, names: [...names, hostname()] },
    tls:
      tls === null
        ? null
        : {
            cert: readText(tls.certFile, "certificate").text,
            key: readText(tls.keyFile, "key").text,
            ...(clientCa === null ? {} : { ca: readText(clientCa, "authority").text }),
            requestCert: clientCa !== null,
            rejectUnauthorized: clientCa !== null,
            minVersion: "TLSv1.2",
          },
    warnings: token?.warnings ?? [],
  };
}

function readToken(file: string): { readonly hash: Buffer; readonly warnings: readonly string[] } {
  const { text, mode } = readText(file, "token");
  const token = text.replace(/\r?\n$/, "");
  if (token.length < shortestToken || token.length > longestToken || !/^[\x21-\x7e]+$/.test(token))
    throw new Error(
      `the token in ${file} is not ${shortestToken} to ${longestToken} visible characters on one line; make one with openssl rand -hex 32`,
    );
  const shared = (mode & 0o004) !== 0;
  return {
    hash: hashToken(token),
    warnings: shared
      ? [`${file} holds the token of the control API and every user can read it; run chmod 600 on it`]
      : [],
  };
}

function readText(file: string, what: string): { readonly text: string; readonly mode: number } {
  try {
    const { octets, mode } = readRegularFile(file, maxBytes);
    return { text: octets.toString("utf8"), mode };
  } catch (error) {
    const why = error instanceof NotReadable ? `${file} ${error.message}` : (error as Error).message;
    throw new Error(`the ${what} cannot be read: ${why}; write the path of a file that this user can read`);
  }
}
