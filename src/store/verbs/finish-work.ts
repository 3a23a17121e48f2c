import type { Ledger } from "../../gate/ports/ledger.ts";
import type { HeldWork } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { endOverrides } from "./override-events.ts";
import { finishTraces } from "./record-traces.ts";
import { holdSubject, moveSubject } from "./save-evaluation.ts";
import { lockBeside, wakeBeside } from "./wake-beside.ts";
import { dropWishes } from "./wish-checks.ts";

/** Nothing happens when another worker holds the subject now: that one finishes it. */
export async function finishWork(tx: Tx, work: HeldWork, state: Parameters<Ledger["finishWork"]>[1]): Promise<void> {
  const beside = await lockBeside(tx, work, null);
  const held = await holdSubject(tx, work);
  if (held === null) return;
  await dropWishes(tx, held, state.merged !== true || state.elsewhere === true);
  const because =
    state.merged === true ? "merged, and not recorded as landed under it" : "nothing is decided here any more: closed, or ungoverned";
  await endOverrides(tx, held, [], () => ({ kind: "revoked", because }));
  await moveSubject(tx, work, state, true);
  await wakeBeside(tx, beside);
  if (!state.open) await finishTraces(tx, held, state.merged === true);
}
