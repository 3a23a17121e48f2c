import { CHECKS } from "./checks.ts";
import { CONTENT } from "./content.ts";
import { GATE } from "./gate.ts";
import type { Guard } from "./guard.ts";
import { PEOPLE } from "./people.ts";
import { POLICY } from "./policy.ts";
import { RECORDS } from "./records.ts";

/** Every guard that has a test behind it. `npm run guards` kills them one at a time. */
export const GUARDS: readonly Guard[] = [...PEOPLE, ...POLICY, ...CONTENT, ...GATE, ...CHECKS, ...RECORDS];
