import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ClientFailure } from "./failure.ts";

const another = "name its socket with --socket, its instance with --instance, or its configuration with -c";

/** Why nobody was reached at a socket, and what to do. */
export function socketFailure(path: string, error: NodeJS.ErrnoException): ClientFailure {
  const code = error.code ?? "";
  return new ClientFailure(sentence(path, code, error.message), { code });
}

function sentence(path: string, code: string, message: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `No vipcast daemon answers: there is no socket ${path}. Start it with vipcast run -c FILE (or systemctl start vipcast); for one that runs elsewhere ${another}.`;
    case "ECONNREFUSED":
      return `No vipcast daemon answers: nobody listens on ${path} any more. It was killed, or has just ended: start it with vipcast run -c FILE (or systemctl start vipcast).`;
    case "EACCES":
    case "EPERM":
      return `This user may not use ${path}: ${permission(path)}.`;
    case "ECONNRESET":
    case "EPIPE":
      return `The vipcast daemon at ${path} closed the connection before it had answered: it has ended (see its log, journalctl -u vipcast), or too many ask it at once: try again.`;
    case "EAGAIN":
      return `The vipcast daemon at ${path} takes no more connections at the moment: try again, and see who asks it so often.`;
    default:
      return `The vipcast daemon at ${path} cannot be asked: ${message}; ${another}.`;
  }
}

/** Which group has the right. The socket itself may be out of sight, behind a folder that is closed. */
function permission(path: string): string {
  for (const [place, what] of [
    [path, "it"],
    [dirname(path), `its folder ${dirname(path)}`],
  ] as const) {
    try {
      const { gid, mode } = statSync(place);
      const rights = (mode & 0o777).toString(8).padStart(4, "0");
      const group = groupName(gid);
      const remedy =
        (mode & 0o020) === 0 && place === path
          ? "run the command as root"
          : `run the command as root, or join the group: usermod -aG ${group} ${userName()}, and log in again`;
      return `${what} belongs to the group ${group} (mode ${rights}); ${remedy}`;
    } catch {
      // Out of sight: the folder around it tells.
    }
  }
  return "run the command as root";
}

/** The group's name from /etc/group, else its number. */
export function groupName(gid: number, text: string = etcGroup()): string {
  for (const line of text.split("\n")) {
    const [name, , number] = line.split(":");
    if (name !== undefined && number === String(gid)) return name;
  }
  return String(gid);
}

function etcGroup(): string {
  try {
    return readFileSync("/etc/group", "utf8");
  } catch {
    return "";
  }
}

function userName(): string {
  return process.env.USER ?? process.env.LOGNAME ?? "$USER";
}
