import { stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve as resolvePath } from "node:path";
import type { ContractFile } from "../engine/contract/model.ts";
import { isLfsPointer } from "../engine/contract/source/text.ts";
import { type LocalRepository, Refusal, type TreeChanges, WORKTREE } from "../gate/ports.ts";
import { emptyTree, openHistory } from "./history.ts";
import { readMessages } from "./messages.ts";
import { type GitEnvironment, type GitObject, type ObjectReader, openObjectReader, runGit } from "./process.ts";
import { parseRawDiff, RAW_DIFF } from "./raw-diff.ts";
import { openTreeEntries } from "./tree-entries.ts";
import { takeWorktree, type Worktree } from "./worktree.ts";

const FULL_OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const REGULAR_MODES = new Set(["100644", "100755"]);

/**
 * Opens the repository that holds `path`, by plumbing commands only: no checkout, no hooks, nothing written to it.
 * @throws Refusal `not_found` when there is no such path, `config` when it is in no git repository.
 */
export async function openLocalRepository(path: string): Promise<LocalRepository> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) throw new Refusal("not_found", `no such path: ${path}`);
  // A file stands for its folder: git needs a folder to start in.
  const folder = entry.isDirectory() ? path : dirname(path);
  // The last fails where there is no work tree, after the others have been answered.
  const asked = ["--is-bare-repository", "--absolute-git-dir", "--is-shallow-repository", "--show-toplevel"];
  const where = await runGit(folder, ["rev-parse", ...asked]).catch((error: Error) => {
    throw new Refusal("config", `cannot open ${path}: ${error.message}`);
  });
  const [bareText, gitDir = "", shallowText, top] = where.stdout.toString("utf8").trim().split("\n");
  if (shallowText === undefined)
    throw new Refusal("config", notARepository(path, where.stderr), "run it inside a git repository, or name the path of one");
  const bare = bareText === "true";
  const shallow = shallowText === "true";
  const root = top ?? gitDir;

  let worktree: Worktree | null = null;
  let reader: ObjectReader | null = null;
  const environment = (): GitEnvironment => worktree?.environment ?? {};
  const git = (args: readonly string[]) => runGit(root, args, environment());

  async function resolve(revision: string): Promise<string> {
    if (revision === WORKTREE) {
      if (bare) throw new Refusal("usage", "a bare repository has no work tree: name a revision with --head");
      worktree ??= await takeWorktree(root, gitDir);
      return worktree.tree;
    }
    const result = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${await branchFirst(revision)}^{commit}`]);
    if (result.code !== 0) {
      const hint = shallow
        ? "this clone is shallow: fetch the whole history (in GitHub Actions: `fetch-depth: 0`)"
        : "`git branch -a` lists the branches; in a pipeline, fetch the base branch first";
      throw new Refusal("not_found", `unknown revision \`${revision}\``, hint);
    }
    return result.stdout.toString("utf8").trim();
  }

  /** Git would take a tag before a branch of the same name, so whoever may push a tag `main` could move the base. */
  async function branchFirst(revision: string): Promise<string> {
    const name = /^[^~^:@]+/.exec(revision)?.[0] ?? "";
    if (name === "" || name === "HEAD" || name.startsWith("refs/") || FULL_OBJECT_ID.test(name)) return revision;
    const local = `refs/heads/${name}`;
    const remote = `refs/remotes/${name}`;
    const [found, other] = await existing([local, remote]);
    if (other !== undefined)
      throw new Refusal("config", `\`${name}\` is both a local and a remote branch`, `name it in full: ${local} or ${remote}`);
    return found === undefined ? revision : `${found}${revision.slice(name.length)}`;
  }

  async function mergeBases(base: string, head: string): Promise<readonly string[]> {
    const from = worktree !== null && head === worktree.tree ? "HEAD" : head;
    const result = await git(["merge-base", "--all", base, from]);
    if (result.code === 0) return result.stdout.toString("utf8").trim().split("\n");
    if (shallow)
      throw new Refusal(
        "config",
        "the merge base is not in this shallow clone",
        "fetch the whole history (in GitHub Actions: `fetch-depth: 0`; elsewhere: `git fetch --unshallow`)",
      );
    throw new Refusal("config", `\`${base.slice(0, 12)}\` and \`${head.slice(0, 12)}\` have no common history`, "name another --base");
  }

  async function changedFiles(base: string | null, head: string): Promise<TreeChanges> {
    const from = base ?? emptyTree(head);
    const result = await git(["diff-tree", ...RAW_DIFF, "--end-of-options", from, head]);
    if (result.code !== 0) throw new Refusal("config", `git could not compare the two sides: ${firstLine(result.stderr)}`);
    return { files: parseRawDiff(result.stdout), incomplete: null };
  }

  async function readFile(file: { path: string; mode: string; blob: string }, maxBytes: number): Promise<ContractFile> {
    const refuse = (unreadable: string): ContractFile => ({ ...file, bytes: null, unreadable });
    if (!REGULAR_MODES.has(file.mode))
      return refuse(file.mode === "120000" ? "a symbolic link" : file.mode === "160000" ? "a submodule" : `mode ${file.mode}`);
    const object = await readObject(file.blob, maxBytes);
    if (object === "damaged") return refuse("its content in the repository is damaged (git fsck names it)");
    if (object === null)
      return refuse(shallow ? "its content is not in this shallow or partial clone" : "its content is missing from the repository");
    if (object.bytes === null) return refuse(`${object.size} bytes, more than the ${maxBytes} allowed (contracts.maxFileBytes)`);
    if (isLfsPointer(object.bytes)) return refuse("a Git LFS pointer");
    return { ...file, bytes: object.bytes, unreadable: null };
  }

  /** git ends at a damaged object, and with it what others asked of the same process: each asks once more, alone. */
  async function readObject(blob: string, maxBytes: number): Promise<GitObject | "damaged" | null> {
    reader ??= openObjectReader(root, environment());
    const shared = reader;
    try {
      return await shared.read(blob, maxBytes);
    } catch {
      if (reader === shared) reader = null;
      await shared.close();
    }
    const alone = openObjectReader(root, environment());
    try {
      return await alone.read(blob, maxBytes);
    } catch {
      return "damaged";
    } finally {
      await alone.close();
    }
  }

  const known = new Map<string, boolean>();

  /** Those of the refs that there are, in the order in which they are named. Each is asked for once: one command sees one state of them. */
  async function existing(names: readonly string[]): Promise<readonly string[]> {
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length > 0) {
      const result = await git(["for-each-ref", "--format=%(refname)", "--", ...unknown]);
      // Nothing found is no failure; refs that cannot be read must not pass for none.
      if (result.code !== 0) throw new Refusal("config", `git could not list the branches: ${firstLine(result.stderr)}`);
      // A name stands for all below it, too.
      const found = new Set(result.stdout.toString("utf8").split("\n"));
      for (const name of unknown) known.set(name, found.has(name));
    }
    return names.filter((name) => known.get(name));
  }

  const history = openHistory(root);

  return {
    root,
    bare,
    history,
    resolve,
    mergeBase: async (base, head) => (await mergeBases(base, head))[0]!,
    mergeBases,
    changedFiles,
    readFile,
    entryAt: openTreeEntries(git),
    async defaultBranch() {
      // Not --short: it grows a prefix when another ref has the same short name.
      const remote = await git(["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]);
      if (remote.code === 0)
        return remote.stdout
          .toString("utf8")
          .trim()
          .replace(/^refs\/remotes\/origin\//, "");
      const [usual] = await existing(["main", "master"].flatMap((name) => [`refs/heads/${name}`, `refs/remotes/origin/${name}`]));
      if (usual !== undefined) return usual.replace(/^refs\/(?:heads|remotes\/origin)\//, "");
      // The only branch there is. One of several, or of a partial clone, would be compared with itself and pass.
      const branches = (await git(["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes"])).stdout.toString("utf8").trim();
      const [only, ...others] = branches.split("\n");
      const remotes = (await git(["remote"])).stdout.toString("utf8").trim();
      if (only?.startsWith("refs/heads/") && others.length === 0 && remotes === "") return only.replace("refs/heads/", "");
      throw new Refusal("config", "no default branch: neither origin/HEAD nor main nor master exists", "name the base branch with --base");
    },
    async originUrl() {
      const result = await git(["config", "--get", "remote.origin.url"]);
      const url = result.stdout.toString("utf8").trim();
      return result.code === 0 && url !== "" ? url : null;
    },
    async branchName(revision) {
      const name = revision.replace(/^refs\/heads\//, "");
      const short = revision.replace(/^refs\/remotes\//, "");
      const [found] = await existing([`refs/heads/${name}`, `refs/remotes/${short}`]);
      if (found === undefined) return null;
      return found.startsWith("refs/heads/") ? name : short.replace(/^[^/]+\//, "");
    },
    async filesHolding(commit, expression, extensions = []) {
      const found = await git([
        "grep",
        "--no-color",
        "--no-recurse-submodules",
        "-l",
        "-z",
        "-a",
        "-E",
        "--full-name",
        "--no-textconv",
        "-e",
        expression,
        commit,
        "--",
        ...extensions.map((extension) => `:(top,icase,glob)**/*.${extension}`),
      ]);
      // 1 = nothing matches.
      if (found.code > 1) throw new Refusal("config", `git could not search the tree: ${firstLine(found.stderr)}`);
      return found.stdout
        .toString("utf8")
        .split("\0")
        .filter((name) => name !== "")
        .map((name) => name.slice(commit.length + 1));
    },
    async authorOf(commit) {
      if (worktree !== null && commit === worktree.tree) return null;
      const result = await git(["log", "-1", "--no-show-signature", "--format=%an <%ae>", "--end-of-options", commit]);
      return result.code === 0 ? result.stdout.toString("utf8").trim() : null;
    },
    messagesOf: (base, head) => readMessages(root, base, worktree !== null && head === worktree.tree ? "HEAD" : head),
    async close() {
      await history.close();
      await reader?.close();
      await worktree?.close();
    },
  };
}

function notARepository(path: string, stderr: string): string {
  const shown = isAbsolute(path) ? path : join(".", path);
  if (stderr.includes("dubious ownership"))
    return `git refuses ${shown}: it belongs to another user (git config --global --add safe.directory ${resolvePath(path)})`;
  return `not a git repository: ${shown}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
