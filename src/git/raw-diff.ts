import type { GovernedFile } from "../engine/contract/finding.ts";

const ABSENT_MODE = "000000";

/** What differs between two trees, in full: no renames, and no submodule that a `.gitmodules` says to ignore. */
export const RAW_DIFF = ["-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none"] as const;

/** `git diff-tree --raw -z`: `:mode mode blob blob status\0path\0`. */
export function parseRawDiff(raw: Buffer): GovernedFile[] {
  const files: GovernedFile[] = [];
  const parts = raw.toString("utf8").split("\0");
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [baseMode, headMode, baseBlob, headBlob] = parts[index]!.replace(/^:/, "").split(" ") as [string, string, string, string];
    const atBase = baseMode !== ABSENT_MODE;
    const atHead = headMode !== ABSENT_MODE;
    files.push({
      path: parts[index + 1]!,
      baseMode: atBase ? baseMode : null,
      baseBlob: atBase ? baseBlob : null,
      headMode: atHead ? headMode : null,
      headBlob: atHead ? headBlob : null,
    });
  }
  return files;
}
