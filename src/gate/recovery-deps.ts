import type { GateDeps } from "./deps.ts";
import type { HookLog, InstalledApps, PullLists } from "./ports.ts";

/** What finding out takes that no delivery told. */
export interface RecoveryDeps extends GateDeps {
  readonly lists: PullLists;
  readonly hooks: HookLog;
  readonly installed: InstalledApps;
  /** Told what an operator has to know now; the trail has it too. */
  readonly onAlarm: (message: string, about: object) => void;
}
