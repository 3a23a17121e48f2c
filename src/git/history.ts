import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { type CommitListing, type History, type HistoryCommit, type HistoryRange, Refusal } from "../gate/ports.ts";
import { runGit } from "./process.ts";
import { parseRawDiff } from "./raw-diff.ts";
import { openTreeComparer, type TreeComparer } from "./tree-comparer.ts";

const FIELDS = "%H%x00%P%x00%ct%x00%an <%ae>%x00%s";
const ID = /\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/;

export interface OpenHistory extends History {
  close(): Promise<void>;
}

/** The id of the tree without entries, by the hash that made this id of another object. */
export function emptyTree(id: string): string {
  return createHash(id.length === 64 ? "sha256" : "sha1")
    .update("tree 0\0")
    .digest("hex");
}

export function openHistory(root: string): OpenHistory {
  let comparer: TreeComparer | null = null;

  /** Listed newest first and turned here: when git meets a hole, what it said before is not lost. */
  async function list(range: HistoryRange): Promise<CommitListing> {
    const result = await runGit(root, ["rev-list", "--no-commit-header", "--encoding=UTF-8", `--format=${FIELDS}`, ...argumentsOf(range)]);
    const shallow = await shallowCommits(root);
    const lines = result.stdout.toString("utf8").split("\n");
    const commits = lines.filter((line) => line !== "").map((line) => commitOf(line, shallow));
    if (result.code === 0) return { commits: commits.reverse(), incomplete: null };
    const because = result.stderr.split("\n").join("; ");
    if (commits.length === 0) throw new Refusal("config", `git cannot list the history: ${because}`, "git fsck names what is missing");
    return { commits: commits.reverse(), incomplete: { sha: ID.exec(because)?.[0] ?? null, because } };
  }

  async function changesOf(commit: HistoryCommit) {
    if (commit.cut !== null) throw new Refusal("config", commit.cut);
    comparer ??= openTreeComparer(root);
    const shared = comparer;
    const parent = commit.parents[0] ?? null;
    const raw = await shared.compare(commit.sha, parent).catch(async () => {
      // git ends at the first object that it cannot read, and with it what else was asked: each asks once more, alone.
      if (comparer === shared) comparer = null;
      const alone = openTreeComparer(root);
      try {
        return await alone.compare(commit.sha, parent);
      } catch (error) {
        throw new Refusal("config", `git cannot compare it with its parent: ${(error as Error).message}`);
      } finally {
        await alone.close();
      }
    });
    return { files: parseRawDiff(raw), incomplete: null };
  }

  return {
    list,
    changesOf,
    async close() {
      await comparer?.close();
      comparer = null;
    },
  };
}

function argumentsOf({ to, from, since, walk, limit }: HistoryRange): readonly string[] {
  return [
    walk === "first-parent" ? "--first-parent" : "--no-merges",
    ...(since === null ? [] : [`--since-as-filter=@${Math.floor(Date.parse(since) / 1000)} +0000`]),
    ...(limit === null ? [] : [`--max-count=${limit}`]),
    "--end-of-options",
    to,
    ...(from === null ? [] : [`^${from}`]),
    "--",
  ];
}

function commitOf(line: string, shallow: ReadonlySet<string>): HistoryCommit {
  const [sha = "", parentList = "", seconds = "", author = "", subject = ""] = line.split("\0");
  const parents = parentList.split(" ").filter((parent) => parent !== "");
  const at = new Date(Number(seconds) * 1000);
  return {
    sha,
    base: parents[0] ?? emptyTree(sha),
    parents,
    committedAt: Number.isNaN(at.getTime()) ? null : at.toISOString(),
    author,
    subject,
    cut: shallow.has(sha) ? "its parent is not in this shallow clone (git fetch --unshallow)" : null,
  };
}

/** Commits at the border of a shallow clone: git shows them as roots, and everything in them would look new. */
async function shallowCommits(root: string): Promise<ReadonlySet<string>> {
  const path = (await runGit(root, ["rev-parse", "--git-path", "shallow"])).stdout.toString("utf8").trim();
  const text = await readFile(isAbsolute(path) ? path : join(root, path), "utf8").catch(() => "");
  return new Set(text.split("\n").filter((line) => line !== ""));
}
