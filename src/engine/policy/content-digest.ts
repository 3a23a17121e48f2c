import { canonicalJson, digest } from "../canonical.ts";
import type { GovernedFile } from "../contract/finding.ts";

export interface VotedContent {
  readonly baseRef: string;
  readonly files: readonly GovernedFile[];
  /** What lands beside it: each is files of its own, because what stands on the way and is undone is another content than what stays. */
  readonly sides?: readonly { readonly kind: string; readonly files: readonly GovernedFile[] }[];
}

/** What a vote binds to: the effective base and every governed file with its modes and blobs on both sides. Order of files plays no part. */
export function contentDigest({ baseRef, files, sides = [] }: VotedContent): string {
  const beside = inOrder(sides.map((side) => ({ kind: side.kind, files: distinct(side.files) })).filter((side) => side.files.length > 0));
  return digest("countersign/content/v1", { baseRef, files: distinct(files), ...(beside.length === 0 ? {} : { beside }) });
}

function distinct(files: readonly GovernedFile[]): readonly GovernedFile[] {
  return inOrder(files.map(({ path, baseMode, baseBlob, headMode, headBlob }) => ({ path, baseMode, baseBlob, headMode, headBlob })));
}

/** Each once. */
function inOrder<T>(items: readonly T[]): readonly T[] {
  const unique = [...new Map(items.map((item) => [canonicalJson(item), item])).entries()];
  return unique.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)).map(([, item]) => item);
}
