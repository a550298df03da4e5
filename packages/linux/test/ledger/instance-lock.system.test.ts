import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("the instance lock", () => {
  it("is refused to a second process, naming the first, and free again after kill -9", async () => {
    const result = await inNamespace(async ({ linux, fs, childProcess, until }) => {
      const stateDir = fs.mkdtempSync("/tmp/vipcast-lock-");
      try {
        const holder = childProcess.spawn(
          process.execPath,
          [
            "--input-type=module",
            "-e",
            `const linux = await import(${JSON.stringify(new URL("bundle/index.js", `file://${process.cwd()}/`).href)});
             const outcome = linux.acquireInstanceLock({ stateDir: ${JSON.stringify(stateDir)}, mark: linux.ownershipMark() });
             console.log(outcome.kind);
             setInterval(() => {}, 1000);`,
          ],
          { stdio: ["ignore", "pipe", "inherit"] },
        );
        let said = "";
        holder.stdout.on("data", (chunk) => {
          said += chunk;
        });
        await until(() => said.includes("acquired"), "the other process's lock");
        const mark = linux.ownershipMark();
        const refused = linux.acquireInstanceLock({ stateDir, mark });
        const blue = linux.acquireInstanceLock({ stateDir, mark: linux.ownershipMark("blue") });
        holder.kill("SIGKILL");
        await until(() => holder.signalCode !== null, "the other process's end");
        const free = linux.acquireInstanceLock({ stateDir, mark });
        const again = linux.acquireInstanceLock({ stateDir, mark });
        if (free.kind !== "acquired" || blue.kind !== "acquired") throw new Error(`${free.kind} ${blue.kind}`);
        const file = JSON.parse(fs.readFileSync(free.lock.path, "utf8"));
        free.lock.release();
        free.lock.release();
        const afterRelease = linux.acquireInstanceLock({ stateDir, mark });
        return {
          refused:
            refused.kind === "held" ? { pid: refused.owner?.pid === holder.pid, message: refused.message } : refused,
          messageNamesPid: refused.kind === "held" && refused.message.includes(`process ${holder.pid} `),
          again: again.kind,
          own: file.pid === process.pid && typeof file.startTicks === "number" && file.bootId === linux.bootId(),
          afterRelease: afterRelease.kind,
        };
      } finally {
        fs.rmSync(stateDir, { recursive: true });
      }
    });
    expect(result).toEqual({
      refused: { pid: true, message: expect.stringContaining('is already running the instance "default"') },
      messageNamesPid: true,
      again: "held",
      own: true,
      afterRelease: "acquired",
    });
  });

  it("holds by the owner's identity alone where the file system has no locks", async () => {
    const result = await inNamespace(({ linux, fs, childProcess }) => {
      const stateDir = fs.mkdtempSync("/tmp/vipcast-lock-");
      const ENOLCK = 37;
      const libc = { ...linux.systemLibc(), flock: () => -1, errno: () => ENOLCK };
      const mark = linux.ownershipMark();
      const file = `${stateDir}/default.lock`;
      const other = childProcess.spawn("sleep", ["60"]);
      try {
        const identity = linux.processIdentity(other.pid)!;
        const kinds = [];
        for (const owner of [
          identity,
          { ...identity, startTicks: identity.startTicks - 1 },
          { ...identity, bootId: "an earlier boot" },
        ]) {
          fs.writeFileSync(file, JSON.stringify(owner));
          const outcome = linux.acquireInstanceLock({ stateDir, mark, libc });
          kinds.push(outcome.kind);
          if (outcome.kind === "acquired") outcome.lock.release();
        }
        return kinds;
      } finally {
        other.kill("SIGKILL");
        fs.rmSync(stateDir, { recursive: true });
      }
    });
    expect(result).toEqual(["held", "acquired", "acquired"]);
  });

  it("refuses a name whose mark a sibling's ledger uses", async () => {
    const result = await inNamespace(async ({ linux, fs }) => {
      const stateDir = fs.mkdtempSync("/tmp/vipcast-lock-");
      try {
        const first = linux.ownershipMark("first");
        const names = Array.from({ length: 1000 }, (_, i) => `n${i}`);
        const twin = names.find((name) => linux.ownershipMark(name).proto === first.proto)!;
        const ledger = new linux.Ledger({ stateDir, mark: first });
        ledger.record({ kind: "address", prefix: "192.0.2.10/32", interface: "lo" });
        await ledger.flush();
        const refused = linux.acquireInstanceLock({ stateDir, mark: linux.ownershipMark(twin) });
        const same = linux.acquireInstanceLock({ stateDir, mark: first });
        return { refused: refused.kind === "mark-taken" ? refused.message : refused.kind, same: same.kind };
      } finally {
        fs.rmSync(stateDir, { recursive: true });
      }
    });
    expect(result).toEqual({
      refused: expect.stringMatching(/and "first" share the ownership mark.*choose another name/),
      same: "acquired",
    });
  });

  it("reports a state folder that is read-only, and a full disk", async () => {
    const result = await inNamespace(
      async ({ linux, sh, fs }) => {
        const mark = linux.ownershipMark();
        const base = fs.mkdtempSync("/tmp/vipcast-disk-");
        sh(`mount -t tmpfs -o size=16k tmpfs ${base}`);
        const stateDir = `${base}/state`;
        try {
          const ledger = new linux.Ledger({ stateDir, mark });
          ledger.record({ kind: "address", prefix: "192.0.2.10/32", interface: "lo" });
          const first = await ledger.flush();
          try {
            fs.writeFileSync(`${base}/filler`, Buffer.alloc(64 * 1024));
          } catch {
            // That it does not fit is the point.
          }
          ledger.record({ kind: "address", prefix: "192.0.2.11/32", interface: "lo" });
          const full = await ledger.flush();
          const lockWhenFull = linux.acquireInstanceLock({ stateDir, mark });
          const kept = await new linux.Ledger({ stateDir, mark }).read();
          const leftovers = fs.readdirSync(stateDir).filter((name) => name.endsWith(".tmp"));
          fs.rmSync(`${base}/filler`);
          const recovered = await ledger.flush();
          if (lockWhenFull.kind === "acquired") lockWhenFull.lock.release();
          sh(`mount -o remount,bind,ro ${base}`);
          ledger.forget({ kind: "address", prefix: "192.0.2.11/32", interface: "lo" });
          const readOnly = await ledger.flush();
          const lockReadOnly = linux.acquireInstanceLock({ stateDir, mark });
          return {
            first: first?.code ?? "written",
            full: [full?.code, full?.remedy],
            lockWhenFull: lockWhenFull.kind,
            warning: lockWhenFull.kind === "acquired" ? lockWhenFull.warning?.code : "",
            kept: kept.kind === "ok" ? kept.content.entries.map((entry) => entry.prefix) : kept.kind,
            leftovers,
            recovered: recovered?.code ?? "written",
            readOnly: [readOnly?.code, readOnly?.remedy],
            lockReadOnly: lockReadOnly.kind === "failed" ? lockReadOnly.error.code : lockReadOnly.kind,
          };
        } finally {
          sh(`umount ${base}; rmdir ${base}`);
        }
      },
      { mounts: true },
    );
    expect(result).toEqual({
      first: "written",
      full: ["ENOSPC", expect.stringContaining("free space")],
      lockWhenFull: "acquired",
      warning: "ENOSPC",
      kept: ["192.0.2.10/32"],
      leftovers: [],
      recovered: "written",
      readOnly: ["EROFS", expect.stringContaining("read-only")],
      lockReadOnly: "EROFS",
    });
  });
});
