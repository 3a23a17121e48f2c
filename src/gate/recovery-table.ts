import { checkComparer } from "./compare-checks-routine.ts";
import { installationRefresh } from "./installation-routine.ts";
import { membershipRefresh } from "./membership-routine.ts";
import type { RecoveryDeps } from "./recovery-deps.ts";
import { redelivery } from "./redelivery-routine.ts";
import type { Routine } from "./routines.ts";
import { sweeper } from "./sweep-routine.ts";

/** What finds out by the clock what no delivery told. Each only marks subjects; what is true is read and decided by the worker. */
export const RECOVERY: readonly Routine<RecoveryDeps>[] = [installationRefresh, redelivery, sweeper, checkComparer, membershipRefresh];
