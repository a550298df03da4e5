import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";

/** Every sort of character that has broken somebody's configuration language, but no quote, blank or backslash, which daemons differ in. */
const key = "aZ09:,;=$%&*()<>?!@^~|{}[]";

async function keyFile(cell: Cell, text: string): Promise<string> {
  const path = `${cell.sandbox.folder}/peer.key`;
  await cell.sandbox.writeFile(path, `${text}\n`, 0o600);
  return path;
}

const dialling: Variant = {
  name: "we dial",
  needs: ["listens", "md5-accepting"],
  run: async (cell) => {
    await cell.startPeer({ password: key });
    await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},password-file=${await keyFile(cell, key)}`]);
    await cell.established();
    await cell.route(vip4);
  },
};

const dialled: Variant = {
  name: "the peer dials",
  needs: ["dials", "md5"],
  prepare: async (cell) => {
    const file = await keyFile(cell, key);
    await cell.announce([
      vip4,
      "--listen",
      "0.0.0.0",
      "--peer",
      `${peer.ipv4},asn=${peerAsn},passive,password-file=${file}`,
    ]);
    await cell.listening();
    await cell.startPeer({ passive: false, password: key });
    await sleep(cell.daemon.driver.dialsAfterMs ?? 0);
  },
  run: async (cell) => {
    await cell.established();
    await cell.route(vip4);
  },
};

/** A packet with the wrong signature is dropped by the kernel, so that nobody hears of anything: there is no OPEN at all. */
const wrong: Variant = {
  name: "a wrong key",
  needs: ["listens", "md5-accepting"],
  unheard: true,
  run: async (cell) => {
    await cell.startPeer({ password: key });
    const session = `${peer.ipv4},asn=${peerAsn},connect-retry=1,password-file=${await keyFile(cell, "wrong")}`;
    const announcer = await cell.announce([vip4, "--peer", session]);
    const down = await announcer.saw("peer.down");
    const words = (down.fields["causes"] as readonly string[]).join("; ");
    if (!/MD5/.test(words)) throw new Error(`vipcast does not name the key as a possible cause: ${words}`);
    cell.notes.push(`vipcast: ${words}`);
    if ((await cell.ours()).length > 0) throw new Error("a message went through with the wrong key");
  },
};

/** The peer signs and expects signatures, and we know nothing of it. */
const missing: Variant = {
  name: "no key here",
  needs: ["listens", "md5-accepting"],
  unheard: true,
  run: async (cell) => {
    await cell.startPeer({ password: key });
    const announcer = await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1`]);
    const down = await announcer.saw("peer.down");
    const words = (down.fields["causes"] as readonly string[]).join("; ");
    if (!/MD5 password: then set the same one here/.test(words))
      throw new Error(`vipcast does not name the key: ${words}`);
    if ((await cell.ours()).length > 0) throw new Error("a message went through without a key");
  },
};

/** The peer comes back with another key, and vipcast is given it without a restart. */
const rotated: Variant = {
  name: "rotated",
  needs: ["listens", "md5-accepting"],
  run: async (cell) => {
    await cell.startPeer({ password: "one" });
    const session = { address: peer.ipv4, asn: peerAsn, password: "one", connectRetry: 1 };
    const options = { asn: nodeAsn, routerId: node.ipv4, peer: session };
    const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", options);
    await speaker.apply({ announce: [{ prefix: vip4 }] });
    await cell.route(vip4);
    await cell.daemon.stop();
    await cell.startPeer({ password: "two" });
    await speaker.call("setPassword", "two");
    await cell.established();
    await cell.route(vip4);
    await speaker.stop();
  },
};

export const md5: Case = {
  id: "md5",
  feature: "TCP MD5 signatures, whoever dials; a wrong key is named as a possible cause",
  variants: [dialling, dialled, wrong, missing, rotated],
};
