// How long 10,000 VIPs set at once take, and changing one of them.
import { addToKernel, measureMany } from "../announcing-many.ts";

const { setMs, changeMs, changeCpuMs } = await measureMany();
console.log(
  JSON.stringify({
    "10,000 VIPs set at once, bind included: the last route at the peer's socket": setMs,
    "the same 10,000 addresses added to the kernel, and nothing else": addToKernel(),
    "one of 10,000 changed: UPDATE at the peer's socket, median of 100": changeMs,
    "one of 10,000 changed: processor time": changeCpuMs,
  }),
);
