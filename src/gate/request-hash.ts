import { digest } from "../engine/canonical.ts";

/** What an idempotency key stands for: the act, its place, its caller and its body. Order of keys plays no part. */
export function requestHash(request: Readonly<Record<string, unknown>>): string {
  return digest("countersign/request/v1", request);
}
