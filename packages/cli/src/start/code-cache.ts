import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

// Compiling is the largest part of what a start does again each time. V8 can give out what it has compiled and take it back, but it compares no more of the
// source than its length, and believes what it is given. So nothing is given to it unless it was made from this very source, is undamaged, and lies in a file
// that nobody else can have written. (No cryptographic digest: it would cost what is saved, and protects against nobody who can write such a file.)

/** The largest file that is read, octets; what the whole CLI compiles to is a tenth of it. */
const maximumOctets = 64 * 1024 * 1024;
const headerLengthOctets = 4;
/** A file that has changed within this time may change again without its times showing it: the kernel's clock for them is coarse. */
const settledMs = 2000;

/** One source file and where its code is. */
interface Entry {
  readonly name: string;
  /** {@link identityOf} the source. */
  readonly identity: string;
  /** CRC-32 of the code. */
  readonly checksum: number;
  readonly start: number;
  readonly length: number;
}

interface Header {
  /** {@link runtime} of the process that wrote it. */
  readonly runtime: string;
  readonly entries: readonly Entry[];
}

interface Kept {
  readonly identity: string;
  readonly checksum: number;
  readonly code: Buffer;
}

interface Loaded {
  readonly name: string;
  /** Null: it may change unseen, so that nothing can be kept of it. */
  readonly identity: string | null;
  readonly script: Script;
  /** Null: it was compiled in this process. */
  readonly kept: Kept | null;
}

/** Code of another V8 or for other processors is none. */
const runtime = `${process.version} ${process.arch} ${process.versions.v8}`;

/**
 * Loads the CommonJS files of one folder, with the code that an earlier process kept in `file`. Whatever cannot be read, belongs to another user, can be
 * written by others, is damaged, or was made from other sources or by another Node is as if it were not there. Never throws for the sake of the cache.
 */
export class CodeCache {
  readonly #folder: string;
  readonly #file: string;
  readonly #settledMs: number;
  #kept: ReadonlyMap<string, Kept>;
  readonly #require: NodeJS.Require;
  readonly #modules = new Map<string, { exports: unknown }>();
  #loaded: Loaded[] | null = [];

  /** `folder` holds the sources; `file` is in a folder that need not exist yet. Code is kept of sources that have not changed for so long, default 2 s. */
  constructor(folder: string, file: string, options: { readonly settledMs?: number } = {}) {
    this.#folder = folder;
    this.#file = file;
    this.#settledMs = options.settledMs ?? settledMs;
    this.#kept = read(file);
    this.#require = createRequire(join(folder, "main.js"));
  }

  /**
   * Runs a file of the folder once, and returns what it exports. Files it asks for as `./name.js` are loaded the same way, everything else that it requires as
   * usual. It cannot use `import()`.
   */
  load(name: string): unknown {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    this.#modules.set(name, module);
    try {
      const require = (id: string): unknown => (id.startsWith("./") ? this.load(id.slice(2)) : this.#require(id));
      const run = this.#compile(name).runInThisContext() as (...values: readonly unknown[]) => void;
      run.call(module.exports, module.exports, require, module, join(this.#folder, name), this.#folder);
    } catch (error) {
      this.#modules.delete(name);
      throw error;
    }
    return module.exports;
  }

  /** How many files have been loaded. */
  get loaded(): number {
    return this.#modules.size;
  }

  /** The files that were compiled in this process, for want of code that belongs to them. Empty after {@link keep}. */
  get compiled(): readonly string[] {
    return (this.#loaded ?? []).filter(({ kept }) => kept === null).map(({ name }) => name);
  }

  /**
   * Writes what has been compiled until now for the next process, unless all of it was there already. Everything else has its turn after each file. Called once:
   * files that are loaded later are not kept. Resolves with false when it cannot be written; nothing else depends on it.
   */
  async keep(): Promise<boolean> {
    const loaded = this.#loaded ?? [];
    const stale = this.compiled.length > 0;
    this.#loaded = null;
    this.#kept = new Map();
    if (!stale) return true;
    const kept: (Kept & { readonly name: string })[] = [];
    for (const { name, identity, script, kept: before } of loaded) {
      await new Promise((resolve) => setImmediate(resolve));
      if (before !== null) kept.push({ name, ...before });
      else if (identity !== null) {
        const code = script.createCachedData();
        kept.push({ name, identity, code, checksum: crc32(code) });
      }
    }
    const { mkdir, rename, rm, writeFile } = await import("node:fs/promises");
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      // One name for all who write, so that a crash leaves one file; new each time, so that it is nobody's link. Of two at once, one gives up.
      await rm(`${this.#file}.new`, { force: true });
      await writeFile(`${this.#file}.new`, serialize(kept), { mode: 0o600, flag: "wx" });
      await rename(`${this.#file}.new`, this.#file);
      return true;
    } catch {
      return false;
    }
  }

  #compile(name: string): Script {
    const filename = join(this.#folder, name);
    // In this order: what has changed in between has an identity that nothing was kept for.
    const source = readFileSync(filename, "utf8");
    const identity = identityOf(filename, this.#settledMs);
    const kept = this.#kept.get(name);
    const belongs = kept !== undefined && kept.identity === identity && crc32(kept.code) === kept.checksum;
    const wrapper = "(function (exports, require, module, __filename, __dirname) { ";
    const script = new Script(`${wrapper}${source}\n})`, {
      filename,
      columnOffset: -wrapper.length,
      ...(belongs ? { cachedData: kept.code } : {}),
    });
    const taken = belongs && script.cachedDataRejected === false;
    this.#loaded?.push({ name, identity, script, kept: taken ? kept : null });
    return script;
  }
}

/** What differs when the content does: nobody can set the time of the last change (`ctime`), and a package manager sets the other one to the same for all versions. */
function identityOf(filename: string, settled: number): string | null {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(filename);
  return Date.now() - Math.floor(ctimeMs) < settled ? null : `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

function serialize(kept: readonly (Kept & { readonly name: string })[]): Buffer {
  let start = 0;
  const entries: Entry[] = kept.map(({ name, identity, checksum, code }) => {
    const entry = { name, identity, checksum, start, length: code.length };
    start += code.length;
    return entry;
  });
  const header: Header = { runtime, entries };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(headerLengthOctets);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...kept.map(({ code }) => code)]);
}

function read(file: string): ReadonlyMap<string, Kept> {
  const octets = readOwn(file);
  if (octets === null || octets.length < headerLengthOctets) return new Map();
  const begin = headerLengthOctets + octets.readUInt32LE(0);
  try {
    const header = JSON.parse(octets.toString("utf8", headerLengthOctets, begin)) as Header;
    if (header.runtime !== runtime) return new Map();
    // A range that is not in the file is cut off, and what is left does not have the checksum.
    return new Map(
      header.entries.map(({ name, identity, checksum, start, length }) => [
        name,
        { identity, checksum, code: octets.subarray(begin + start, begin + start + length) },
      ]),
    );
  } catch {
    return new Map();
  }
}

/** A regular file that is ours and that nobody else may write: code from anybody else would run as us. Null for any other. */
function readOwn(file: string): Buffer | null {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const { uid, mode, size } = fstatSync(fd);
    const own = (mode & constants.S_IFMT) === constants.S_IFREG && uid === process.geteuid?.() && (mode & 0o022) === 0;
    if (!own || size > maximumOctets) return null;
    const octets = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(fd, octets, filled, size - filled, null);
      if (count === 0) return null;
      filled += count;
    }
    return octets;
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}
