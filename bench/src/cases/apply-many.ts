// How long 10,000 VIPs set at once take, and changing one of them.
import { measureMany } from "../announcing-many.ts";

const { setMs, changeMs, changeCpuMs } = await measureMany();
console.log(
  JSON.stringify({
    "10,000 VIPs set at once, bind included: the last route at the peer's socket": setMs,
    "one of 10,000 changed: UPDATE at the peer's socket, median of 100": changeMs,
    "one of 10,000 changed: processor time": changeCpuMs,
  }),
);
