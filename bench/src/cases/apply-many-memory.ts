// What 10,000 VIPs add to the resident memory of an announcer with its ledger, session and kernel sockets.
import { measureMany } from "../announcing-many.ts";

const { memoryMb } = await measureMany();
console.log(JSON.stringify({ "10,000 VIPs set at once, resident beside an idle announcer": memoryMb }));
