import { systemLibc } from "@vipcast/linux";

/** Where a service manager listens: AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const [family, datagram] = [1, 2 | 0o4000 | 0o2000000];

/** Receives what a service tells its manager (sd_notify(3)). */
export class NotifySocket {
  readonly #libc = systemLibc();
  readonly #fd: number;
  /** Every message until now, its lines as one string. */
  readonly messages: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(path: string) {
    this.#fd = this.#libc.socket(family, datagram, 0);
    const address = new Uint8Array(3 + path.length);
    address[0] = family;
    address.set(new TextEncoder().encode(path), 2);
    if (this.#libc.bind(this.#fd, address) !== 0) throw new Error(`cannot bind ${path}: ${this.#libc.errno()}`);
    this.#timer = setInterval(() => this.#read(), 10);
  }

  /** Those that hold this assignment. */
  of(assignment: string): string[] {
    return this.messages.filter((message) => message.split("\n").includes(assignment));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#libc.close(this.#fd);
  }

  #read(): void {
    const buffer = new Uint8Array(8192);
    for (;;) {
      const length = this.#libc.recv(this.#fd, buffer, 0);
      if (length < 0) return;
      this.messages.push(new TextDecoder().decode(buffer.subarray(0, length)));
    }
  }
}
