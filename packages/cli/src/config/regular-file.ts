import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Why something that can be opened is not read; the message is what is wrong with it, to follow its name. */
export class NotReadable extends Error {
  override readonly name: string = "NotReadable";
}

/** One that is longer than it may be. */
export class TooLong extends NotReadable {
  override readonly name: string = "TooLong";
  readonly octets: number;

  constructor(octets: number, most: number) {
    super(`has ${octets} octets, and at most ${most} are read`);
    this.octets = octets;
  }
}

/**
 * Reads a regular file of at most `maxBytes` octets; throws {@link NotReadable}, or the error of the system. It never waits: reading a pipe or a device may take for ever, and
 * while a configuration is read again the sessions wait as well.
 */
export function readRegularFile(path: string, maxBytes: number): { readonly octets: Buffer; readonly mode: number } {
  // Without O_NONBLOCK the opening of a pipe waits for who writes to it.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    if (!stat.isFile()) throw new NotReadable("is no regular file");
    if (stat.size > maxBytes) throw new TooLong(stat.size, maxBytes);
    return { octets: readFileSync(fd), mode: stat.mode };
  } finally {
    closeSync(fd);
  }
}
