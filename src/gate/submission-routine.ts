import type { Submissions } from "./ports.ts";
import type { Routine } from "./routines.ts";

/** What nobody decided in time ends, so that no old change is approved by surprise. */
export const submissionExpiry: Routine<{ readonly submissions: Pick<Submissions, "expireSubmissions">; readonly expireAfterMs: number }> = {
  name: "submission_expiry",
  everyMs: 10 * 60_000,
  run: async ({ submissions, expireAfterMs }) => void (await submissions.expireSubmissions(expireAfterMs)),
};
