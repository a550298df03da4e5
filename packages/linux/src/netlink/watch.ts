/** Turns rtnetlink's multicast messages into typed changes. */
import type { Libc } from "../libc/libc.ts";
import { decodeAddress } from "./address-codec.ts";
import { GROUP, RTM } from "./constants.ts";
import { EventSocket } from "./event-socket.ts";
import { decodeLink } from "./link-codec.ts";
import type { NetlinkMessage } from "./message.ts";
import { decodeRoute } from "./route-codec.ts";
import { routeFilter } from "./route-filter.ts";
import type { KernelChange, Watch, WatchedRoutes, WatchOptions } from "./types.ts";

const DEFAULT_RECEIVE_BUFFER = 16 * 1024 * 1024;

/** Starts a watch; throws `LinuxError` when it cannot. `onClose` is called once. */
export function startWatch(
  libc: Libc,
  interfaceName: (ifindex: number) => string,
  listener: (change: KernelChange) => void,
  options: WatchOptions,
  onClose: () => void,
): Watch {
  const names = new NameMemory(interfaceName);
  const wanted = options.routes ?? false;
  const socket = new EventSocket(
    libc,
    {
      groups:
        GROUP.link | GROUP.ipv4Address | GROUP.ipv6Address | (wanted === false ? 0 : GROUP.ipv4Route | GROUP.ipv6Route),
      filter: typeof wanted === "object" ? routeFilter(wanted) : null,
      receiveBufferBytes: options.receiveBufferBytes ?? DEFAULT_RECEIVE_BUFFER,
      keepAlive: options.keepAlive ?? true,
    },
    {
      message: (message) => {
        const change = decodeChange(message, names);
        if (change !== undefined && isWanted(change, wanted)) listener(change);
      },
      resync: (reason) => {
        names.forgetAll();
        listener({ kind: "resync", reason });
      },
    },
  );
  let open = true;
  return {
    close: () => {
      if (!open) return;
      open = false;
      socket.close();
      onClose();
    },
  };
}

function isWanted(change: KernelChange, wanted: boolean | WatchedRoutes): boolean {
  if (typeof wanted === "boolean" || (change.kind !== "route-added" && change.kind !== "route-removed")) return true;
  return change.route.table === wanted.table && change.route.protocol === wanted.protocol;
}

/**
 * Names of interfaces that go away before their addresses' removal is read: the last name seen stands. Events of a burst
 * mostly concern one interface, and a name changes only with a link event, so names are kept until then.
 */
class NameMemory {
  readonly #lookup: (ifindex: number) => string;
  readonly #names = new Map<number, string>();

  constructor(lookup: (ifindex: number) => string) {
    this.#lookup = lookup;
  }

  learn(ifindex: number, name: string): void {
    if (name !== "") this.#names.set(ifindex, name);
  }

  forget(ifindex: number): void {
    this.#names.delete(ifindex);
  }

  /** After lost events a rename may have been missed. */
  forgetAll(): void {
    this.#names.clear();
  }

  readonly of = (ifindex: number): string => {
    const known = this.#names.get(ifindex);
    if (known !== undefined) return known;
    const name = this.#lookup(ifindex);
    this.learn(ifindex, name);
    return name;
  };
}

function decodeChange(message: NetlinkMessage, names: NameMemory): KernelChange | undefined {
  switch (message.type) {
    case RTM.newAddress:
    case RTM.delAddress: {
      const address = decodeAddress(message, names.of);
      if (address === undefined) return undefined;
      return { kind: message.type === RTM.newAddress ? "address-added" : "address-removed", address };
    }
    case RTM.newLink:
    case RTM.delLink: {
      const link = decodeLink(message);
      if (link === undefined) return undefined;
      const removed = message.type === RTM.delLink;
      if (removed) names.forget(link.ifindex);
      else names.learn(link.ifindex, link.name);
      return { kind: "link", link, removed };
    }
    case RTM.newRoute:
    case RTM.delRoute: {
      const route = decodeRoute(message, names.of);
      if (route === undefined) return undefined;
      return { kind: message.type === RTM.newRoute ? "route-added" : "route-removed", route };
    }
    default:
      return undefined;
  }
}
