import { digest } from "../canonical.ts";
import type { GovernedFile } from "../contract/finding.ts";

/** What a vote binds to: the effective base and every governed file with its modes and blobs on both sides. Order of files plays no part. */
export function contentDigest(input: { readonly baseRef: string; readonly files: readonly GovernedFile[] }): string {
  const files = input.files.map(({ path, baseMode, baseBlob, headMode, headBlob }) => ({ path, baseMode, baseBlob, headMode, headBlob }));
  const unique = [...new Map(files.map((file) => [JSON.stringify(Object.values(file)), file])).entries()];
  return digest("countersign/content/v1", {
    baseRef: input.baseRef,
    files: unique.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)).map(([, file]) => file),
  });
}
