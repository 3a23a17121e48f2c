import type { AccessStore } from "./ports.ts";
import type { Routine } from "./routines.ts";

/** What has ended long ago is of no use to anybody. */
export const accessTidying: Routine<{ readonly access: Pick<AccessStore, "tidyAccess"> }> = {
  name: "access_tidying",
  everyMs: 60 * 60_000,
  run: ({ access }) => access.tidyAccess(),
};
