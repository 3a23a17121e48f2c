import type { Submissions } from "./ports.ts";
import type { Routine } from "./routines.ts";

const ANSWERS_KEPT_MS = 30 * 86_400_000;

/**
 * What nobody decided in time ends, so that no old change is approved by surprise. After it, answers that nothing waits for any more: they
 * are kept for 30 days, and as long as a submission may be pending, so that a pipeline that comes again finds its own.
 */
export const submissionExpiry: Routine<{
  readonly submissions: Pick<Submissions, "expireSubmissions" | "forgetAnswers">;
  readonly expireAfterMs: number;
}> = {
  name: "submission_expiry",
  everyMs: 10 * 60_000,
  async run({ submissions, expireAfterMs }) {
    await submissions.expireSubmissions(expireAfterMs);
    await submissions.forgetAnswers(Math.max(ANSWERS_KEPT_MS, expireAfterMs));
  },
};
