import { checkComparer } from "../../src/gate/compare-checks-routine.ts";
import type { RecoveryDeps } from "../../src/gate/recovery-deps.ts";
import type { Routine } from "../../src/gate/routines.ts";
import { createAskAsApp, createGitHub, createHookLog, createInstalledApps, createPullLists } from "../../src/github/index.ts";
import { type Hand, startHand } from "./by-hand.ts";

export interface Recovering {
  readonly deps: RecoveryDeps;
  readonly alarms: { readonly says: string; readonly about: object }[];
  /** From here on no delivery comes. */
  deafen(): void;
  hear(): void;
  /** One round of a routine, whenever it was last due, and all work that comes of it. */
  round(routine: Routine<RecoveryDeps>, deps?: RecoveryDeps): Promise<void>;
  compareChecks(): Promise<void>;
  /** Calls of the simulated GitHub since then, as `METHOD template`. */
  calls(): readonly string[];
  forgetCalls(): void;
}

/** Both on a simulated GitHub of their own. */
export async function startRecovering(): Promise<{ readonly hand: Hand; readonly recovery: Recovering }> {
  const hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
  return { hand, recovery: recovering(hand) };
}

/** Recovery on the simulated GitHub, as the server wires it, with its clock in the test's hand. */
export function recovering(hand: Hand): Recovering {
  const server = { baseUrl: hand.hub.url, appId: hand.hub.app.id, privateKey: hand.hub.app.privateKey, timeoutMs: 4000 };
  const app = createGitHub(server);
  const ask = createAskAsApp(server);
  const alarms: Recovering["alarms"][number][] = [];
  const deps: RecoveryDeps = {
    ...hand.deps,
    lists: createPullLists(app),
    hooks: createHookLog(ask),
    installed: createInstalledApps(ask, app),
    onAlarm: (says, about) => void alarms.push({ says, about }),
  };
  let from = 0;
  const recovery: Recovering = {
    deps,
    alarms,
    deafen: () => hand.hub.setWebhook(null),
    hear: () => hand.hub.setWebhook(hand.webhook),
    async round(routine, given = deps) {
      await makeDue(hand);
      await routine.run(given);
      // What fails on the way is tried again, as by the queue; each test asserts what comes of it.
      await hand.work(given);
    },
    compareChecks: () => recovery.round(checkComparer),
    calls: () => hand.hub.requests.slice(from).map(({ method, template }) => `${method} ${template}`),
    forgetCalls() {
      from = hand.hub.requests.length;
    },
  };
  return recovery;
}

/** Every turn has come round; hourly passes have not. */
async function makeDue(hand: Hand): Promise<void> {
  for (const statement of [
    "update watched_repository set swept_at = null",
    "update swept_pull set compared_at = null",
    "update check_outbox set compared_at = null where compared_at is not null",
    "update counted_membership set read_at = '2020-01-01'",
    "update missing_delivery set asked_at = asked_at - interval '30 hours'",
  ])
    await hand.database.outer.execute(statement);
}

/** The next look at each repository passes through everything open. */
export async function makePassDue(hand: Hand): Promise<void> {
  await hand.database.outer.execute("update watched_repository set passed_at = '2020-01-01' where passed_at is not null");
}
