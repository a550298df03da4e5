import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";

/** F_SETFD of fcntl(2). */
const setDescriptorFlags = 2;

/**
 * Runs another program in the place of this process (execv): same process id, same standard streams, same environment. Nothing of this one is ended in order, so
 * whoever calls it has closed and written out what matters; sockets and files that Node or this package opened are closed by the kernel. `args` come after the
 * program's name. Throws `LinuxError` when the program cannot be run.
 */
export function replaceProcess(program: string, args: readonly string[], libc: Libc = systemLibc()): never {
  // Node marks them as its own (close-on-exec) when it starts.
  for (const stream of [0, 1, 2]) libc.fcntl(stream, setDescriptorFlags, 0);
  libc.execv(program, [program, ...args]);
  throw new LinuxError({ errno: libc.errno(), operation: `run ${program} in the place of this process` });
}
