import type { Case } from "../cell/case.ts";
import { addressDeleted } from "./address-deleted.ts";
import { establish } from "./establish.ts";
import { holdTime } from "./hold-time.ts";
import { peerRestart } from "./peer-restart.ts";
import { stopOrder } from "./stop-order.ts";

/** Every case, in the order of the rows of `docs/interop.md`. */
export const cases: readonly Case[] = [establish, holdTime, stopOrder, peerRestart, addressDeleted];
