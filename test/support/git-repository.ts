import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

/** What `commit` runs, in one process: to start one from a test that holds a database takes a tenth of a second. */
const COMMIT = 'git add -A && git commit --quiet --allow-empty -m "$0" && git rev-parse HEAD';

export function createGitRepository(branch = "main"): GitRepository {
  const path = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: path, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  const git = (...args: string[]) => run("git", args);
  cpSync(emptyRepository(), path, { recursive: true });
  writeFileSync(join(path, ".git/HEAD"), `ref: refs/heads/${branch}\n`);
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
      return run("sh", ["-c", COMMIT, message]);
    },
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
  return repository;
}

let made: string | null = null;

/** Made by git once in a process, and copied. */
function emptyRepository(): string {
  if (made !== null) return made;
  const path = mkdtempSync(join(tmpdir(), "countersign-empty-"));
  execFileSync("git", ["init", "--quiet", "--template=", path]);
  appendFileSync(join(path, ".git/config"), "[user]\n\tname = Alice\n\temail = alice@example.com\n[commit]\n\tgpgsign = false\n");
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  made = path;
  return path;
}
