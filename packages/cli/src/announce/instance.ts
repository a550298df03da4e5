import { createServer } from "node:net";
import { resolve } from "node:path";
import type { InstanceLock, OwnershipMark } from "@vipcast/linux";
import { acquireInstanceLock, DEFAULT_INSTANCE } from "@vipcast/linux";

/**
 * The name of the instance that keeps its state in a folder: everybody's default for root's default folder, else made from the path, so that two
 * instances mark their addresses differently, and one that starts again recognises its own.
 */
export function instanceName(stateDir: string): string {
  const path = resolve(stateDir);
  if (path === "/var/lib/vipcast") return DEFAULT_INSTANCE;
  return `dir${path.replace(/[^A-Za-z0-9_.-]/g, "_")}`.slice(-63).replace(/^[^A-Za-z0-9]/, "d");
}

/** What the user calls the folder and the name. */
export interface InstanceWords {
  readonly stateDir: string;
  readonly instance: string;
}

const optionWords: InstanceWords = { stateDir: "--state-dir", instance: "--instance" };

/** Held while an instance runs. */
export interface InstanceClaim {
  release(): void;
}

/** The claim, or a sentence that says who has it and what to do. */
export type ClaimOutcome =
  | { readonly ok: true; readonly claim: InstanceClaim }
  | { readonly ok: false; readonly message: string };

/**
 * Makes sure that nobody else takes our addresses for its own: one process per state folder (a lock in the folder), and one per
 * ownership mark in this network namespace (an abstract socket, which lives in the namespace and ends with the process).
 */
export async function claimInstance(
  stateDir: string,
  mark: OwnershipMark,
  words: InstanceWords = optionWords,
): Promise<ClaimOutcome> {
  const elsewhere = `choose another folder with ${words.stateDir} or another name with ${words.instance}`;
  const outcome = acquireInstanceLock({ stateDir, mark });
  switch (outcome.kind) {
    case "acquired":
      return claimMark(outcome.lock, mark, elsewhere);
    case "held":
      return {
        ok: false,
        message: `another vipcast uses the state folder ${stateDir}${outcome.owner === undefined ? "" : ` (process ${outcome.owner.pid})`}; stop it, or ${elsewhere}`,
      };
    case "mark-taken":
      return {
        ok: false,
        message: `${outcome.message.replace(/; .*$/s, "")}; ${elsewhere}`,
      };
    case "failed": {
      const { message, remedy } = outcome.error;
      return {
        ok: false,
        message: `${message}${remedy === undefined ? "; choose another state folder" : ""} with ${words.stateDir}`,
      };
    }
    default:
      return outcome satisfies never;
  }
}

function claimMark(lock: InstanceLock, mark: OwnershipMark, elsewhere: string): Promise<ClaimOutcome> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolved) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      lock.release();
      const message =
        error.code === "EADDRINUSE"
          ? `another vipcast in this network namespace marks its addresses with the same number (${mark.proto}), and each would remove the other's; stop it, or ${elsewhere}`
          : error.message;
      resolved({ ok: false, message });
    });
    server.listen({ path: `\0vipcast-mark-${mark.proto}` }, () => {
      server.unref();
      const release = (): void => {
        server.close();
        lock.release();
      };
      resolved({ ok: true, claim: { release } });
    });
  });
}
