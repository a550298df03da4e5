import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { MessageType } from "@vipcast/bgp";

/** RFC 6396 §4.4: the type code and the subtypes whose records hold one BGP message. */
const bgp4mp = 16;
const message = 1;
const messageAs4 = 4;

/** The UPDATEs of the `*.gz` BGP4MP files in `folder`, apart by the width of their AS numbers. */
export function realUpdates(folder: string): { fourOctet: Buffer[]; twoOctet: Buffer[] } {
  const found: { fourOctet: Buffer[]; twoOctet: Buffer[] } = { fourOctet: [], twoOctet: [] };
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(".gz")) continue;
    const file = gunzipSync(readFileSync(join(folder, name)));
    for (let at = 0; at < file.length; ) {
      const subtype = file.readUInt16BE(at + 6);
      const end = at + 12 + file.readUInt32BE(at + 8);
      if (file.readUInt16BE(at + 4) === bgp4mp && (subtype === message || subtype === messageAs4)) {
        // Two AS numbers, an interface index, the AFI, two addresses, the message.
        const afiAt = at + 12 + (subtype === messageAs4 ? 8 : 4) + 2;
        const bgp = file.subarray(afiAt + 2 + (file.readUInt16BE(afiAt) === 1 ? 8 : 32), end);
        if (bgp[18] === MessageType.Update) (subtype === messageAs4 ? found.fourOctet : found.twoOctet).push(bgp);
      }
      at = end;
    }
  }
  return found;
}
