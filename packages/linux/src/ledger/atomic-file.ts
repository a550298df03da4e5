/** Files that are either the old one or the new one, whatever happens in between. */
import { mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { ERRNO } from "../libc/constants.ts";
import { LinuxError } from "../libc/linux-error.ts";

/**
 * Replaces a file: write beside it, fsync, rename, fsync the folder. Returns the error when any step fails (the old file is
 * then still there, and nothing is left beside it), undefined when the new content will survive a power cut.
 */
export async function writeFileAtomically(path: string, content: string): Promise<LinuxError | undefined> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, "w", 0o644);
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

/** Makes the folder and its parents; returns the error when it cannot be made. */
export async function makeFolder(path: string): Promise<LinuxError | undefined> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
    return undefined;
  } catch (error) {
    return fileError(error, `make the state folder ${path}`);
  }
}

/** A file system's refusal as a `LinuxError` with a remedy. Anything else is a bug and is thrown on. */
export function fileError(error: unknown, operation: string): LinuxError {
  if (!(error instanceof Error) || !("errno" in error) || typeof error.errno !== "number") throw error;
  const errno = Math.abs(error.errno);
  const remedy = fileRemedy(errno);
  return new LinuxError({ errno, operation, ...(remedy === undefined ? {} : { remedy }) });
}

const ENOSPC = 28;
const EDQUOT = 122;

function fileRemedy(errno: number): string | undefined {
  switch (errno) {
    case ENOSPC:
    case EDQUOT:
      return "free space on that file system, or choose another state folder";
    case ERRNO.EROFS:
      return "the file system is read-only: remount it, or choose another state folder";
    case ERRNO.EACCES:
    case ERRNO.EPERM:
      return "give this user the folder, or choose another state folder";
    default:
      return undefined;
  }
}
