import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { lstat } from "node:fs/promises";
import { createConnection, type Server } from "node:net";
import { dirname, join } from "node:path";

/** Who may use the socket besides its owner. */
export interface SocketAccess {
  readonly path: string;
  /** Name or number; null: the group of the process. */
  readonly group: string | null;
}

/** A socket that is listened on. */
export interface OpenSocket {
  readonly path: string;
  /** Whether the file is still the one that leads here. What cannot be looked at counts as there. */
  isThere(): Promise<boolean>;
  /** Removes the file, unless it has become somebody else's. */
  remove(): void;
}

/** Why there is no socket, as a sentence without a period that ends with what to do. */
export type SocketOutcome =
  | { readonly ok: true; readonly socket: OpenSocket }
  | { readonly ok: false; readonly message: string };

/** Owner and group may read and write: whoever can connect can stop the daemon. */
const socketMode = 0o660;
/** sockaddr_un.sun_path has 108 octets, the last one 0 (unix(7)). */
const longestPath = 107;
const answerMs = 1000;

/**
 * Makes `server` listen on a Unix socket. The file appears complete, with its mode and group: it is made in a folder of its own that nobody else
 * can enter, and then renamed, which replaces a file that a dead process has left. A socket on which somebody answers is left alone, as is anything that is no socket.
 */
export async function openUnixSocket(server: Server, { path, group }: SocketAccess): Promise<SocketOutcome> {
  const fail = (message: string): SocketOutcome => ({ ok: false, message });
  if (Buffer.byteLength(path) > longestPath)
    return fail(`the path ${path} is longer than ${longestPath} octets, which no socket can have; write a shorter one`);
  const gid = group === null ? null : groupNumber(group);
  if (gid === undefined) return fail(`there is no group ${group} on this host; create it, or write another one`);
  const folder = dirname(path);
  const unsafe = prepareFolder(folder);
  if (unsafe !== null) return fail(unsafe);
  const taken = await occupant(path);
  if (taken !== null) return fail(taken);
  let own: string | null = null;
  try {
    // Short, for the limit above counts here as well.
    own = mkdtempSync(join(folder, "."));
    const fresh = join(own, "s");
    if (Buffer.byteLength(fresh) > longestPath)
      return fail(`the folder ${folder} is too long for a socket; write a shorter one`);
    await listenOn(server, fresh);
    if (gid !== null) chownSync(fresh, -1, gid);
    chmodSync(fresh, socketMode);
    const { dev, ino } = lstatSync(fresh);
    renameSync(fresh, path);
    return {
      ok: true,
      socket: { path, isThere: () => isSame(path, dev, ino), remove: () => removeOwn(path, dev, ino) },
    };
  } catch (error) {
    server.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EPERM" && gid !== null)
      return fail(
        `the socket cannot be given to the group ${group}: only root, or a member of it, can do that; write another one`,
      );
    return fail(`${path} cannot be made: ${message}; write the path of a socket in a folder that this user can write`);
  } finally {
    if (own !== null) rmSync(own, { recursive: true, force: true });
  }
}

function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

/** Makes the folder where it is missing. A sentence when others could put something else in our place there, or it cannot be made. */
function prepareFolder(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const { mode, uid } = statSync(folder);
    const ours = uid === 0 || uid === process.geteuid?.();
    if (!ours)
      return `the folder ${folder} belongs to user ${uid}, who could replace the socket; write a path in a folder of root or of the user that runs vipcast`;
    // Where everybody may write, the sticky bit keeps them from what is not theirs.
    if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0)
      return `others can write to the folder ${folder} and could replace the socket; run chmod go-w ${folder}`;
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR" || code === "EEXIST") return `${folder} is not a folder; write another path`;
    return `the folder ${folder} cannot be made: ${message}; write a path in a folder that this user can write`;
  }
}

/** Why the path cannot be taken; null where there is nothing, or what a dead process has left. */
async function occupant(path: string): Promise<string | null> {
  let found: ReturnType<typeof lstatSync>;
  try {
    found = lstatSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? null : `${path} cannot be looked at: ${message}; write another path`;
  }
  if (!found?.isSocket())
    return `${path} is there and is ${found?.isSymbolicLink() === true ? "a symbolic link" : "no socket"}; remove it, or write another path`;
  const answer = await knock(path);
  if (answer === null || answer === "ECONNREFUSED" || answer === "ENOENT") {
    return answer === null ? `another process answers on ${path}; stop it, or write another path` : null;
  }
  return `it is not known whether anybody answers on ${path} (${answer}); remove it when nobody does, or write another path`;
}

/** Null when somebody answers, else the code of the error. */
function knock(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    const end = (answer: string | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerMs, () => end(null));
    socket.once("connect", () => end(null));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => end(code ?? "?"));
  });
}

async function isSame(path: string, dev: number, ino: number): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.dev === dev && found.ino === ino;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}

function removeOwn(path: string, dev: number, ino: number): void {
  try {
    const found = lstatSync(path);
    if (found.dev === dev && found.ino === ino) unlinkSync(path);
  } catch {
    // It is gone, and that was wanted.
  }
}

/** A number, or what `/etc/group` says of a name; undefined when it says nothing. */
export function groupNumber(group: string, file = "/etc/group"): number | undefined {
  if (/^\d{1,10}$/.test(group)) return Number(group);
  try {
    const line = readFileSync(file, "utf8")
      .split("\n")
      .find((text) => text.startsWith(`${group}:`));
    const gid = line?.split(":")[2];
    return gid !== undefined && /^\d+$/.test(gid) ? Number(gid) : undefined;
  } catch {
    return undefined;
  }
}
