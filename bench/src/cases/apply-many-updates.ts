// How many UPDATEs 10,000 VIPs set at once travel in.
import { measureMany } from "../announcing-many.ts";

const { updates } = await measureMany();
console.log(JSON.stringify({ "10,000 VIPs set at once": updates }));
