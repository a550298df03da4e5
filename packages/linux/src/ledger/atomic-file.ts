/** Files that are either the old one or the new one, whatever happens in between. */
import { mkdirSync, statSync } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ERRNO } from "../libc/constants.ts";
import { LinuxError } from "../libc/linux-error.ts";

/**
 * Replaces a file: write beside it, fsync, rename, fsync the folder. Returns the error when any step fails (the old file is
 * then still there, and nothing is left beside it), undefined when the new content will survive a power cut. `mode`: the permissions of the new file, 0644
 * without it.
 */
export async function writeFileAtomically(
  path: string,
  content: string,
  mode = 0o644,
): Promise<LinuxError | undefined> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, "w", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const folder = await open(dirname(path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return undefined;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    return fileError(error, `write ${path}`);
  }
}

/** Makes the state folder and its parents, if they are not there; returns the error, with a remedy, when that cannot be done. */
export function makeFolder(path: string): LinuxError | undefined {
  try {
    makeWithParents(resolve(path));
    return undefined;
  } catch (error) {
    return fileError(error, `make the state folder ${path}`);
  }
}

/**
 * Node's own `recursive` says ENOENT where the disk is read-only, and never returns where a file system makes no folders and says ENOENT
 * for each (/proc).
 */
function makeWithParents(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT") || parent === path) throw error;
    makeWithParents(parent);
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    // Whatever mkdir says of a folder that is there (EEXIST, or EROFS on a read-only disk), it need not be made.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** A file system's refusal as a `LinuxError` with a remedy. Anything else is a bug and is thrown on. */
export function fileError(error: unknown, operation: string): LinuxError {
  if (!(error instanceof Error) || !("errno" in error) || typeof error.errno !== "number") throw error;
  const errno = Math.abs(error.errno);
  const remedy = fileRemedy(errno);
  return new LinuxError({ errno, operation, ...(remedy === undefined ? {} : { remedy }) });
}

const ENOTDIR = 20;
const ENOSPC = 28;
const EDQUOT = 122;

function fileRemedy(errno: number): string | undefined {
  switch (errno) {
    case ENOSPC:
    case EDQUOT:
      return "free space on that file system, or choose another state folder";
    case ERRNO.EROFS:
      return "the file system is read-only: remount it, or choose another state folder";
    case ERRNO.ENOENT:
      return "no folder can be made there: choose another state folder";
    case ERRNO.EEXIST:
    case ENOTDIR:
      return "a part of that path is a file: choose another state folder";
    case ERRNO.EACCES:
    case ERRNO.EPERM:
      return "give this user the folder, or choose another state folder";
    default:
      return undefined;
  }
}
