import { LabError } from "../errors.ts";

/** How the inner process is isolated: with the caller's own rights, with those of a user namespace, or not at all. */
export type Isolation = "privileged" | "rootless" | "none";

/**
 * The command that starts the inner process. Its parts, outermost first: `setpriv --pdeathsig KILL` makes the kernel kill
 * unshare when its starter dies; `--kill-child` does the same from unshare to the inner process; and the inner process is
 * number 1 of its PID namespace, so that its end is the end of everything started inside.
 */
export function innerCommand(isolation: Isolation, node: string, entry: string): readonly string[] {
  const inner = [node, entry, "inner", isolation];
  switch (isolation) {
    case "none":
      // Not tied by pdeathsig: it must outlive its starter by the moment it takes to remove its folder.
      return inner;
    case "privileged":
      return [...unshare([]), ...inner];
    case "rootless":
      return [...unshare(["--user", "--map-root-user"]), ...inner];
    default:
      isolation satisfies never;
      throw new LabError("bad-option", `unknown isolation ${String(isolation)}`);
  }
}

function unshare(extra: readonly string[]): readonly string[] {
  return [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    ...extra,
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
}

/** What to tell somebody whose kernel or container refused the namespaces, after the refusal's own words. */
export function forbiddenMessage(words: string): string {
  const said = words.trim().split("\n").at(-1) ?? "";
  return `namespaces are forbidden here (${said === "" ? "no reason given" : said}); run as root, in a container with --privileged, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)`;
}
