import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** What the server calls `compiled_hash`, computed from the session alone (docs/plan.md). Throws on what JSON cannot hold. */
export function compiledHash(session: {
  readonly runtime_projection: unknown;
  readonly review_hash: string;
  readonly compiler_version: string;
}): string {
  return digest("countersign/compiled/v1", {
    runtime: digest("countersign/runtime-projection/v1", session.runtime_projection),
    review: session.review_hash,
    compilerVersion: session.compiler_version,
  });
}

/** SHA-256, lower-case hex, over the length-prefixed domain and RFC 8785 canonical JSON. */
function digest(domain: string, value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("not representable as canonical JSON");
  return hash("sha256", `${domain.length}:${domain}${text}`);
}
