import type { Outcome, Refused } from "../../gate/ports/studio.ts";

/** Thrown inside the transaction, so that whatever it wrote goes with it. */
export class ApprovalRefused extends Error {
  override readonly name = "ApprovalRefused";
  readonly code: Refused["code"] | "STALE_WORK" | "NOT_MERGED";
  readonly more: Pick<Refused, "hint" | "details">;
  constructor(code: ApprovalRefused["code"], message: string, more: Pick<Refused, "hint" | "details"> = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }
}

/** The refusal as a value; any other error is thrown on. */
export function toRefused(error: unknown): Refused {
  if (!(error instanceof ApprovalRefused) || error.code === "STALE_WORK" || error.code === "NOT_MERGED") throw error;
  return { status: "refused", code: error.code, message: error.message, ...error.more };
}

/** Of a transaction, once it is committed or rolled back. */
export async function asOutcome<T>(act: Promise<T>): Promise<Outcome<T>> {
  try {
    return { status: "done", value: await act };
  } catch (error) {
    return toRefused(error);
  }
}
