/**
 * Which faults a chaos run makes, in which order. Pure: the seed decides everything, and no clock, so that a run can be repeated
 * as far as its time reaches.
 */
import { SeededRandom } from "./random.ts";

/** One fault of a chaos run. `pauseMs` is how long to wait before it. */
export type ChaosFault = { readonly pauseMs: number } & (
  | {
      /**
       * `kill`: SIGKILL for announcer and service; `crash`: for the announcer alone; `stop`: SIGTERM; `start` ends each of the three.
       * `link-down` pulls the cable until `link-up`.
       */
      readonly kind: "kill" | "crash" | "stop" | "start" | "link-down" | "link-up";
      readonly node: string;
    }
  /** The cable is out for `ms` milliseconds, less than any hold time. */
  | { readonly kind: "link-flap"; readonly node: string; readonly ms: number }
  /** `ip address del`, once. */
  | { readonly kind: "delete"; readonly node: string; readonly vip: string }
  /** `ip address del`, `times` times in a row. */
  | { readonly kind: "rival"; readonly node: string; readonly vip: string; readonly times: number }
  | { readonly kind: "restart-router" }
);

/** What a schedule is about. */
export interface ChaosTargets {
  /** At least two names. */
  readonly nodes: readonly string[];
  /** At least one. */
  readonly vips: readonly string[];
}

/** A removal more within half a minute and vipcast holds the VIP down: single deletions stay below that. */
const toleratedRemovals = 4;

/** How often each kind is drawn where it is possible. What repairs is drawn more often than what breaks. */
const weights: Readonly<Record<ChaosFault["kind"], number>> = {
  start: 7,
  "link-up": 7,
  kill: 3,
  crash: 3,
  stop: 3,
  delete: 3,
  rival: 2,
  "link-down": 2,
  "link-flap": 2,
  "restart-router": 1,
};

interface NodeModel {
  readonly name: string;
  state: "up" | "down" | "unlinked";
  /** Removals of each VIP since the announcer's start. */
  readonly removals: Map<string, number>;
  /** A VIP may be held down. */
  harassed: boolean;
}

/**
 * The endless sequence of faults of a seed (0..4294967295; others are taken modulo 2^32). At every moment at least one node is up,
 * linked, and has had no VIP removed so often that it might be held down.
 */
export function* chaosSchedule(seed: number, targets: ChaosTargets): Generator<ChaosFault, never> {
  const random = new SeededRandom(seed);
  const nodes = targets.nodes.map((name): NodeModel => ({ name, state: "up", removals: new Map(), harassed: false }));
  const below = (bound: number): number => random.below(bound);
  const pick = <T>(list: readonly T[]): T => random.pick(list);
  for (;;) {
    const kinds = (Object.keys(weights) as ChaosFault["kind"][]).filter((kind) => possible(kind, nodes).length > 0);
    const kind = pick(kinds.flatMap((candidate) => Array<ChaosFault["kind"]>(weights[candidate]).fill(candidate)));
    // Squared: mostly short, sometimes long.
    const pauseMs = Math.floor(random.next() ** 2 * 600);
    const node = pick(possible(kind, nodes));
    switch (kind) {
      case "kill":
      case "crash":
      case "stop":
        node.state = "down";
        yield { kind, node: node.name, pauseMs };
        break;
      case "start":
        node.state = "up";
        node.removals.clear();
        node.harassed = false;
        yield { kind, node: node.name, pauseMs };
        break;
      case "link-down":
        node.state = "unlinked";
        yield { kind, node: node.name, pauseMs };
        break;
      case "link-up":
        node.state = "up";
        yield { kind, node: node.name, pauseMs };
        break;
      case "link-flap":
        yield { kind, node: node.name, ms: 50 + below(650), pauseMs };
        break;
      case "delete": {
        const vip = pick(targets.vips.filter((candidate) => removable(node, candidate)));
        remove(node, vip, 1);
        yield { kind, node: node.name, vip, pauseMs };
        break;
      }
      case "rival": {
        const vip = pick(targets.vips);
        const times = 2 + below(7);
        remove(node, vip, times);
        yield { kind, node: node.name, vip, times, pauseMs };
        break;
      }
      case "restart-router":
        yield { kind, pauseMs };
        break;
      default:
        kind satisfies never;
    }
  }

  function removable(node: NodeModel, vip: string): boolean {
    return (node.removals.get(vip) ?? 0) < toleratedRemovals;
  }

  function remove(node: NodeModel, vip: string, times: number): void {
    const removals = (node.removals.get(vip) ?? 0) + times;
    node.removals.set(vip, removals);
    if (removals > toleratedRemovals) node.harassed = true;
  }

  /** The nodes a fault of this kind may hit; for one that hits no node, any list that is not empty. */
  function possible(kind: ChaosFault["kind"], all: readonly NodeModel[]): readonly NodeModel[] {
    const good = all.filter((node) => node.state === "up" && !node.harassed);
    const up = all.filter((node) => node.state === "up");
    // Another good node remains.
    const expendable = up.filter((node) => good.some((other) => other !== node));
    switch (kind) {
      case "kill":
      case "crash":
      case "stop":
      case "link-down":
      case "link-flap":
        return expendable;
      case "start":
        return all.filter((node) => node.state === "down");
      case "link-up":
        return all.filter((node) => node.state === "unlinked");
      case "delete":
        return good.filter((node) => targets.vips.some((vip) => removable(node, vip)));
      case "rival":
        return expendable.filter((node) => !node.harassed);
      case "restart-router":
        return all;
      default:
        kind satisfies never;
        return [];
    }
  }
}

/** A fault in words: `rival deletes 192.0.2.10/32 from node2 6 times`. */
export function describeChaosFault(fault: ChaosFault): string {
  switch (fault.kind) {
    case "kill":
      return `kill ${fault.node} (announcer and service, SIGKILL)`;
    case "crash":
      return `crash ${fault.node} (announcer, SIGKILL)`;
    case "stop":
      return `stop ${fault.node} (SIGTERM)`;
    case "start":
      return `start ${fault.node}`;
    case "link-down":
      return `link of ${fault.node} down`;
    case "link-up":
      return `link of ${fault.node} up`;
    case "link-flap":
      return `link of ${fault.node} down for ${fault.ms} ms`;
    case "delete":
      return `delete ${fault.vip} from ${fault.node}`;
    case "rival":
      return `rival deletes ${fault.vip} from ${fault.node} ${fault.times} times`;
    case "restart-router":
      return "restart the router";
    default:
      fault satisfies never;
      return "";
  }
}
