import { type LabProcess, type Sandbox, sleep, waitFor } from "@vipcast/lab";
import { type Dissection, parsePdml } from "./pdml.ts";

/** A probe's packet and whether it was answered, both as seen on the capturing host. */
export interface ProbedPacket {
  /** Seconds since 1970, on the same clock as the messages' `at`. */
  readonly at: number;
  readonly answered: boolean;
}

/** Everything that passes the link of a host, written to a file until `stop`. */
export class Capture {
  readonly #sandbox: Sandbox;
  readonly #host: string;
  readonly #file: string;
  readonly #process: LabProcess;
  #stopped = false;

  private constructor(sandbox: Sandbox, host: string, file: string, process: LabProcess) {
    this.#sandbox = sandbox;
    this.#host = host;
    this.#file = file;
    this.#process = process;
  }

  /** Returns once packets are taken in. */
  static async start(sandbox: Sandbox, host: string): Promise<Capture> {
    const file = `${sandbox.folder}/${host}.pcap`;
    const process = await sandbox.spawn(host, ["dumpcap", "-q", "-P", "-i", "eth0", "-w", file]);
    await waitFor(
      () => `dumpcap does not capture: ${process.tail()}`,
      () => (process.lines.some((line) => line.text.startsWith("File:")) ? true : null),
      5000,
    );
    return new Capture(sandbox, host, file, process);
  }

  /** Ends the capture; what the kernel holds for it is written first. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    // dumpcap looks at its input four times a second and leaves on a signal without a last look.
    await sleep(300);
    await this.#process.signal("SIGINT");
    await this.#process.exited;
  }

  /** Ends the capture and returns how many packets passed that are not in it: the kernel's buffer was full. */
  async dropped(): Promise<number> {
    await this.stop();
    // `Packets received/dropped on interface 'eth0': 3014/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)`
    for (const { text } of this.#process.lines) {
      const counts = text.match(/received\/dropped on interface .*: \d+\/(\d+) /);
      if (counts !== null) return Number(counts[1]);
    }
    throw new Error(`dumpcap does not say what it dropped: ${this.#process.tail()}`);
  }

  /** Ends the capture and lets tshark read the BGP messages in it. */
  async dissect(): Promise<Dissection> {
    await this.stop();
    return parsePdml(await this.#tshark(["-Y", "bgp || _ws.malformed", "-T", "pdml", "-J", "bgp"]));
  }

  /**
   * Ends the capture and returns the probes of an address: a probe is a SYN to the port, its answer a reset from the kernel behind
   * it, which only an address that is there can give.
   */
  async probes(address: string, port: number): Promise<readonly ProbedPacket[]> {
    await this.stop();
    const ip = address.includes(":") ? "ipv6" : "ip";
    const fields = ["frame.time_epoch", "tcp.flags.syn", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw"];
    const text = await this.#tshark([
      ...["-Y", `tcp.port == ${port} && ${ip}.addr == ${address}`, "-T", "fields", "-E", "separator=,"],
      ...fields.flatMap((field) => ["-e", field]),
    ]);
    // By port and sequence number, for a port may come round again within a cell: a reset acknowledges the number after the SYN's.
    const probes = new Map<string, { at: number; answered: boolean }>();
    for (const line of text.split("\n")) {
      const [at = "", syn = "", from = "", to = "", sequence = "", acknowledged = ""] = line.split(",");
      const asked = `${from} ${(Number(sequence) + 1) % 2 ** 32}`;
      if (to === String(port) && syn === "1" && !probes.has(asked))
        probes.set(asked, { at: Number(at), answered: false });
      else if (from === String(port)) {
        const probe = probes.get(`${to} ${acknowledged}`);
        if (probe !== undefined) probe.answered = true;
      }
    }
    return [...probes.values()];
  }

  /** Ends the capture and returns the TTL or hop limit of every packet with data from an address. */
  async ttlsFrom(address: string): Promise<readonly number[]> {
    await this.stop();
    const [source, field] = address.includes(":") ? ["ipv6.src", "ipv6.hlim"] : ["ip.src", "ip.ttl"];
    const filter = `tcp.len > 0 && ${source} == ${address}`;
    const text = await this.#tshark(["-Y", filter, "-T", "fields", "-e", field]);
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map(Number);
  }

  /** Ends the capture and returns the octets one side sent over its sessions with a port, session after session. */
  async octetsFrom(address: string, port: number): Promise<readonly Uint8Array[]> {
    await this.stop();
    const filter = `tcp.len > 0 && tcp.port == ${port}`;
    const numbers = (await this.#tshark(["-Y", filter, "-T", "fields", "-e", "tcp.stream"])).split("\n");
    const sessions = [...new Set(numbers.filter((line) => line !== ""))];
    const follow = sessions.flatMap((session) => ["-z", `follow,tcp,raw,${session}`]);
    return splitFollowed(sessions.length === 0 ? "" : await this.#tshark(["-q", ...follow]), address);
  }

  async #tshark(args: readonly string[]): Promise<string> {
    const { stdout } = await this.#sandbox.exec(this.#host, ["tshark", "-n", "-r", this.#file, ...args]);
    return stdout;
  }
}

/** `Node 0: 10.0.0.1:40000`, `Node 1: …`, then the octets in hex, those of node 1 behind a tab. */
function splitFollowed(text: string, address: string): readonly Uint8Array[] {
  return text
    .split("Follow: tcp,raw")
    .slice(1)
    .map((section) => {
      const first = (section.match(/^Node 0: (.*)$/m)?.[1] ?? "").replace(/[[\]]/g, "");
      const indented = !first.startsWith(`${address}:`);
      const lines = section
        .split("\n")
        .filter((line) => /^\t?[0-9a-f]+$/.test(line) && line.startsWith("\t") === indented);
      return Uint8Array.from(Buffer.from(lines.map((line) => line.trim()).join(""), "hex"));
    });
}
