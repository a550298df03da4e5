/**
 * The C library calls this package makes, and nothing more: one implementation per FFI. Every call is synchronous and
 * returns what C returns (-1 for failure); `errno()` must be read right after a failed call.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array): number;
  getsockname(fd: number, address: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  /** Attaches a classic BPF program (SO_ATTACH_FILTER): eight octets an instruction, `struct sock_filter` in host order. */
  attachFilter(fd: number, program: Uint8Array): number;
  /** Fills `value`; returns the length the kernel reports, or -1. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  send(fd: number, data: Uint8Array, flags: number): number;
  sendto(fd: number, data: Uint8Array, flags: number, address: Uint8Array): number;
  recv(fd: number, buffer: Uint8Array, flags: number): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  /** `argument` is read and written in place. */
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** `operation` is LOCK_EX | LOCK_NB and the like; released by the kernel when the last descriptor is closed. */
  flock(fd: number, operation: number): number;
  /** Replaces this process, with `environ` as it is; returns only when that failed. The first argument is the program's own name. */
  execv(path: string, args: readonly string[]): number;
  /** Calls `onReadable` from the event loop while `fd` has something to read; keeps the process alive until closed or unref'ed. */
  poll(fd: number, onReadable: () => void): PollHandle;
  /** The error number of the last failed call. */
  errno(): number;
}

/** A watch on one file descriptor; close it before the descriptor. Closing twice is harmless. */
export interface PollHandle {
  close(): void;
  ref(): void;
  unref(): void;
}
