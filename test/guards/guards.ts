import { CONTENT } from "./content.ts";
import { GATE } from "./gate.ts";
import type { Guard } from "./guard.ts";
import { PEOPLE } from "./people.ts";

/** Every guard that has a test behind it. `npm run guards` kills them one at a time. */
export const GUARDS: readonly Guard[] = [...PEOPLE, ...CONTENT, ...GATE];
