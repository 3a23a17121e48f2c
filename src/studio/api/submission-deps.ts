import type { MiddlewareHandler } from "hono";
import type { SubmitDeps } from "../../gate/submit.ts";
import type { ApiEnv } from "./api.ts";

export interface SubmissionApiDeps extends SubmitDeps {
  readonly publicUrl: string;
  /** How long a version may be pending. */
  readonly expireAfterMs: number;
  /** Of an override: how often it may be asked, and that who asks proved a moment ago who they are. */
  readonly approvals: MiddlewareHandler<ApiEnv>;
  readonly freshlySignedIn: MiddlewareHandler<ApiEnv>;
}
