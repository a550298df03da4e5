/** Outgoing TCP connections with the options routing protocols need. */
import { connect, isIP, Socket, type TcpSocketConnectOpts } from "node:net";
import { addressFamily } from "../host/address-text.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import { prepareSocket, socketFromDescriptor } from "./adopt.ts";
import { setMd5Key } from "./md5.ts";
import type { DialOptions, TcpOptions } from "./options.ts";
import { baseOptions, inRange, minimumTtlOptions, setSocketOptions } from "./socket-options.ts";

/**
 * Opens a connection: a node:net socket that is connecting. What the kernel refuses arrives as its `error` event (a
 * `LinuxError` for options, Node's own error for bind and connect). Throws RangeError for a value out of range and for a
 * host that is not an address literal. Without special options this is `net.connect`, and works on any platform.
 *
 * With an MD5 key a closed port does not answer: the connect ends at `userTimeoutMs` or at the caller's own timer.
 */
export function dial(options: DialOptions, libc?: Libc): Socket {
  if (isIP(options.host) === 0) throw new RangeError(`"${options.host}" is not an address`);
  if (options.localAddress !== undefined && isIP(options.localAddress) === 0) {
    throw new RangeError(`"${options.localAddress}" is not an address`);
  }
  inRange("port", options.port, 1, 65535);
  if (options.localPort !== undefined) inRange("localPort", options.localPort, 0, 65535);
  const target: TcpSocketConnectOpts = {
    host: options.host,
    port: options.port,
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
    ...(options.localPort === undefined || options.localPort === 0 ? {} : { localPort: options.localPort }),
    autoSelectFamily: false,
  };
  if (options.md5Key?.length === 0) throw new RangeError("the MD5 key is empty");
  if (!needsPreparation(options)) return connect(target);

  const family = addressFamily(options.host) ?? "ipv4";
  const settings = baseOptions(options, [family]);
  const filter = options.ttlSecurityHops === undefined ? [] : minimumTtlOptions(options.ttlSecurityHops, [family]);
  let fd: number;
  try {
    const calls = libc ?? systemLibc();
    fd = prepareSocket(calls, family, (prepared) => {
      setSocketOptions(calls, prepared, [...settings, ...filter]);
      if (options.md5Key !== undefined) setMd5Key(calls, prepared, { peer: options.host, key: options.md5Key });
    });
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    // The error event comes in a later turn, when the caller has attached its handlers.
    return new Socket().destroy(error);
  }
  return socketFromDescriptor(fd).connect(target);
}

function needsPreparation(options: TcpOptions): boolean {
  return (
    options.md5Key !== undefined ||
    options.ttlSecurityHops !== undefined ||
    options.ttl !== undefined ||
    options.trafficClass !== undefined ||
    options.device !== undefined ||
    options.userTimeoutMs !== undefined
  );
}
