import { ANSWERS } from "./answers.ts";
import { CHECKS } from "./checks.ts";
import { CONTENT } from "./content.ts";
import { FOLDERS } from "./folders.ts";
import { FORKS_AND_MERGES } from "./forks.ts";
import { GATE } from "./gate.ts";
import type { Guard } from "./guard.ts";
import { NOTIFY } from "./notify.ts";
import { OPERATIONS } from "./operations.ts";
import { PEOPLE } from "./people.ts";
import { PLAN } from "./plan.ts";
import { POLICY } from "./policy.ts";
import { RECORDS } from "./records.ts";
import { RECOVERY_GUARDS } from "./recovery.ts";
import { SIMULATED } from "./simulated.ts";
import { STATION } from "./station.ts";
import { STUDIO } from "./studio.ts";
import { SUBMITTED } from "./submitted.ts";
import { USES } from "./uses.ts";

/** Every guard that has a test behind it. `npm run guards` kills them one at a time. */
export const GUARDS: readonly Guard[] = [
  ...[...PEOPLE, ...POLICY, ...CONTENT, ...USES, ...GATE, ...FOLDERS, ...CHECKS, ...FORKS_AND_MERGES],
  ...[...PLAN, ...RECORDS, ...RECOVERY_GUARDS, ...ANSWERS, ...STATION, ...STUDIO, ...SUBMITTED, ...OPERATIONS, ...NOTIFY, ...SIMULATED],
];
