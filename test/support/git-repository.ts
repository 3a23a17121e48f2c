import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A real git repository in a temporary folder, for tests of the git port and the command line. */
export interface GitRepository {
  readonly path: string;
  git(...args: string[]): string;
  /** null deletes; `{ link }` makes a symbolic link. */
  write(files: Readonly<Record<string, string | Uint8Array | null | { readonly link: string }>>): void;
  /** Writes, adds everything, commits; gives the commit id. */
  commit(files: Parameters<GitRepository["write"]>[0], message?: string): string;
  remove(): void;
}

export function createGitRepository(branch = "main"): GitRepository {
  const path = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: path, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  git("init", "--quiet", `--initial-branch=${branch}`);
  git("config", "user.name", "Alice");
  git("config", "user.email", "alice@example.com");
  git("config", "commit.gpgsign", "false");
  const repository: GitRepository = {
    path,
    git,
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name);
        rmSync(file, { force: true, recursive: true });
        if (content === null) continue;
        mkdirSync(dirname(file), { recursive: true });
        if (typeof content === "object" && "link" in content) symlinkSync(content.link, file);
        else writeFileSync(file, content);
      }
    },
    commit(files, message = "change") {
      repository.write(files);
      git("add", "-A");
      git("commit", "--quiet", "--allow-empty", "-m", message);
      return git("rev-parse", "HEAD");
    },
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
  return repository;
}
