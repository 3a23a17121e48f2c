import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../gate/ports.ts";
import { type GitEnvironment, runGit } from "./process.ts";

/** The work tree as a git tree, made in a temporary object folder: the repository itself is not written to. */
export interface Worktree {
  readonly tree: string;
  /** With it, git finds the objects of this tree as well as the repository's own. */
  readonly environment: GitEnvironment;
  close(): Promise<void>;
}

/** What `git add -A` would commit, untracked files included and ignored ones left out. */
export async function takeWorktree(root: string, gitDir: string): Promise<Worktree> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-"));
  const objects = join(folder, "objects");
  await mkdir(objects);
  const common = await runGit(root, ["rev-parse", "--git-common-dir"]);
  const commonDir = common.stdout.toString("utf8").trim();
  const alternates = join(commonDir.startsWith("/") ? commonDir : join(root, commonDir), "objects");
  const index = join(folder, "index");
  // A copy of the index keeps its stat cache, so unchanged files are not hashed again.
  await copyIndex(join(gitDir, "index"), index);
  const objectEnvironment = { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates };
  const close = () => rm(folder, { recursive: true, force: true });
  for (const args of [["add", "-A", "--", ":/"], ["write-tree"]]) {
    const result = await runGit(root, args, { ...objectEnvironment, GIT_INDEX_FILE: index });
    if (result.code !== 0) {
      await close();
      throw new Refusal("config", `git could not take the work tree: ${result.stderr.split("\n")[0] ?? ""}`);
    }
    if (args[0] === "write-tree") return { tree: result.stdout.toString("utf8").trim(), environment: objectEnvironment, close };
  }
  throw new Error("unreachable");
}

/** With its age: git looks into a file that is as young as its index, which may have changed since in the same second. */
async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const second = Math.floor((await stat(from)).mtimeMs / 1000);
    await copyFile(from, to);
    await utimes(to, second, second);
  } catch {
    // Without one, git reads every file.
    await rm(to, { force: true });
  }
}
