import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Problem } from "../arguments/problem.ts";
import { shown } from "../arguments/problem.ts";
import type { PeerSettings } from "./settings.ts";

/** The environment variable that holds the key of every peer without a `password-file`. */
export const passwordVariable = "VIPCAST_PEER_PASSWORD";

/** The keys of the peers, and what there is to say about where they came from. Keys appear in no message. */
export interface PeerPasswords {
  /** TCP MD5 keys by address of the peer. */
  readonly keys: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

const maxKeyBytes = 80;

/** Reads the key of every peer that has one. `environment` loses the variable, so that no child inherits it. */
export function readPasswords(peers: readonly PeerSettings[], environment: NodeJS.ProcessEnv): PeerPasswords {
  const keys = new Map<string, string>();
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const shared = environment[passwordVariable];
  delete environment[passwordVariable];
  if (shared !== undefined) {
    const wrong = keyFault(Buffer.from(shared));
    if (wrong !== null)
      problems.push({ subject: passwordVariable, rule: wrong, remedy: "correct the key or unset the variable" });
  }
  for (const { address, passwordFile } of peers) {
    if (passwordFile === null) {
      if (shared !== undefined) keys.set(address, shared);
      continue;
    }
    const subject = `--peer ${address},password-file=${shown(passwordFile)}`;
    const read = readKey(passwordFile);
    if (!read.ok) {
      problems.push({ subject, rule: read.rule, remedy: read.remedy });
      continue;
    }
    keys.set(address, read.key);
    if (read.worldReadable) {
      warnings.push(
        `${passwordFile} holds the key of ${address} and every user can read it; run chmod 600 ${passwordFile}`,
      );
    }
  }
  return { keys, problems, warnings };
}

/** A TCP MD5 key from a file, or why there is none. */
export type ReadKey =
  | { readonly ok: true; readonly key: string; readonly worldReadable: boolean }
  | { readonly ok: false; readonly rule: string; readonly remedy: string };

/** Reads a TCP MD5 key; one newline at its end does not count. Never throws, and no message holds the key. */
export function readKey(path: string): ReadKey {
  let content: Buffer;
  let worldReadable: boolean;
  try {
    ({ content, worldReadable } = readStart(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      ok: false,
      rule: `cannot be read, ${readFault(code) ?? message}`,
      remedy: "write the path of a file that this user can read",
    };
  }
  let end = content.length;
  if (content[end - 1] === 0x0a) end--;
  if (content[end - 1] === 0x0d && end < content.length) end--;
  const key = content.subarray(0, end);
  const wrong = keyFault(key);
  if (wrong !== null) return { ok: false, rule: wrong, remedy: "put the key alone into the file, as one line" };
  return { ok: true, key: key.toString("utf8"), worldReadable };
}

/** Reads as much as decides whether a file is a key: a device or a log by mistake must not fill the memory. */
function readStart(path: string): { content: Buffer; worldReadable: boolean } {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(maxKeyBytes + 3);
    const length = readSync(fd, buffer, 0, buffer.length, null);
    return { content: buffer.subarray(0, length), worldReadable: (fstatSync(fd).mode & 0o004) !== 0 };
  } finally {
    closeSync(fd);
  }
}

/** Why octets are no TCP MD5 key (RFC 2385; 1..80 octets of UTF-8), or null. */
export function keyFault(key: Buffer): string | null {
  if (key.length === 0) return "holds no key";
  if (key.length > maxKeyBytes) return `holds more than the ${maxKeyBytes} octets of a TCP MD5 key`;
  if (!Buffer.from(key.toString("utf8")).equals(key)) return "holds a key that is not UTF-8 text";
  return null;
}

function readFault(code: string | undefined): string | null {
  switch (code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
      return "this user may not read it";
    case "EISDIR":
      return "it is a folder";
    default:
      return null;
  }
}
