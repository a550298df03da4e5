/** The descriptor behind a node:net object: the one place that reads Node's `_handle`. */
import type { Server, Socket } from "node:net";

/** The file descriptor, or undefined when the socket or server is closed or has none yet. */
export function descriptorOf(owner: Socket | Server): number | undefined {
  const { _handle: handle } = owner as unknown as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  return fd === undefined || fd < 0 ? undefined : fd;
}
