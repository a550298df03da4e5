/**
 * The one file that knows koffi. It is loaded at the first call that needs the kernel, so importing this package costs
 * nothing and works anywhere.
 */
import { createRequire } from "node:module";
import { SO, SOL } from "./constants.ts";
import type { Libc, PollHandle } from "./libc.ts";
import { LinuxError } from "./linux-error.ts";

type Koffi = typeof import("koffi");

const ENOSYS = 38;
let shared: Libc | undefined;

/**
 * The C library of this process. Throws `LinuxError` with code ENOSYS where there is no Linux kernel, and code
 * ERR_FFI_UNAVAILABLE where koffi cannot be loaded.
 */
export function systemLibc(): Libc {
  shared ??= loadLibc();
  return shared;
}

function loadLibc(): Libc {
  if (process.platform !== "linux") {
    throw new LinuxError({
      errno: ENOSYS,
      operation: "load the C library",
      detail: `the platform is ${process.platform}, and this needs the Linux kernel`,
    });
  }
  try {
    return bindLibc(createRequire(import.meta.url)("koffi") as Koffi);
  } catch (error) {
    throw new LinuxError({
      errno: ENOSYS,
      code: "ERR_FFI_UNAVAILABLE",
      operation: "load the C library",
      detail: error instanceof Error ? error.message : String(error),
      remedy: `reinstall so that the npm package koffi has its binary for ${process.platform}-${process.arch}`,
    });
  }
}

function bindLibc(koffi: Koffi): Libc {
  const library = koffi.load(null);
  // koffi types its functions by `any`; each declaration below is given its real type here, beside its C prototype.
  const declare = <F extends (...args: never[]) => number>(prototype: string): F =>
    library.func(prototype) as unknown as F;
  type Descriptor = (fd: number) => number;
  type Transfer = (fd: number, data: Uint8Array, length: number, flags: number) => number;
  type TransferTo = (...args: [...Parameters<Transfer>, address: Uint8Array, length: number]) => number;
  type SetOption = (fd: number, level: number, name: number, value: Uint8Array, length: number) => number;
  type GetOption = (fd: number, level: number, name: number, value: Uint8Array, length: Uint32Array) => number;

  const socket = declare<Libc["socket"]>("int socket(int, int, int)");
  const bind = declare<(fd: number, address: Uint8Array, length: number) => number>("int bind(int, void *, uint32_t)");
  const getsockname = declare<(fd: number, address: Uint8Array, length: Uint32Array) => number>(
    "int getsockname(int, void *, void *)",
  );
  const setsockopt = declare<SetOption>("int setsockopt(int, int, int, void *, uint32_t)");
  const program = koffi.struct({ len: "uint16_t", filter: "void *" });
  const attachFilter = library.func("setsockopt", "int", [
    "int",
    "int",
    "int",
    koffi.pointer(program),
    "uint32_t",
  ]) as unknown as (fd: number, level: number, name: number, value: object, length: number) => number;
  const getsockopt = declare<GetOption>("int getsockopt(int, int, int, void *, void *)");
  const send = declare<Transfer>("intptr_t send(int, void *, size_t, int)");
  const sendto = declare<TransferTo>("intptr_t sendto(int, void *, size_t, int, void *, uint32_t)");
  const recv = declare<Transfer>("intptr_t recv(int, void *, size_t, int)");
  const close = declare<Descriptor>("int close(int)");
  const fcntl = declare<Libc["fcntl"]>("int fcntl(int, int, int)");
  const ioctl = declare<Libc["ioctl"]>("int ioctl(int, unsigned long, void *)");
  const flock = declare<Libc["flock"]>("int flock(int, int)");
  const execv = declare<(path: string, args: readonly (string | null)[]) => number>("int execv(str, str *)");

  return {
    socket,
    bind: (fd, address) => bind(fd, address, address.length),
    getsockname: (fd, address) => getsockname(fd, address, Uint32Array.of(address.length)),
    setsockopt: (fd, level, name, value) => setsockopt(fd, level, name, value, value.length),
    attachFilter: (fd, filter) =>
      attachFilter(fd, SOL.socket, SO.attachFilter, { len: filter.length / 8, filter }, koffi.sizeof(program)),
    getsockopt: (fd, level, name, value) => {
      const length = Uint32Array.of(value.length);
      return getsockopt(fd, level, name, value, length) === -1 ? -1 : length[0]!;
    },
    send: (fd, data, flags) => Number(send(fd, data, data.length, flags)),
    sendto: (fd, data, flags, address) => Number(sendto(fd, data, data.length, flags, address, address.length)),
    recv: (fd, buffer, flags) => Number(recv(fd, buffer, buffer.length, flags)),
    close,
    fcntl,
    ioctl,
    flock,
    execv: (path, args) => execv(path, [...args, null]),
    poll: (fd, onReadable) => watchDescriptor(koffi, fd, onReadable),
    errno: () => koffi.errno(),
  };
}

function watchDescriptor(koffi: Koffi, fd: number, onReadable: () => void): PollHandle {
  const handle = koffi.node.poll(fd, { readable: true }, () => onReadable());
  let open = true;
  return {
    close: () => {
      if (open) handle.close();
      open = false;
    },
    ref: () => {
      if (open) handle.ref();
    },
    unref: () => {
      if (open) handle.unref();
    },
  };
}
