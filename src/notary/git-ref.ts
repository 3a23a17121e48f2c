import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Envelope } from "../engine/dsse.ts";
import type { CheckpointSink } from "../gate/ports/notary.ts";
import { fileName, safeTenant } from "./file-drop.ts";

export interface GitPlace {
  /** Of a repository: ssh, https, or a path. */
  readonly url: string;
  /** Branch that checkpoints are committed to; forbid force-pushes there. */
  readonly branch: string;
  /** Deploy key of its own for ssh; null = whatever git finds. */
  readonly keyPath: string | null;
}

const TIMEOUT_MS = 60_000;
const IDENTITY = { NAME: "countersign", EMAIL: "countersign@localhost" };

/** Commits each checkpoint as a file on one branch and pushes it, never by force: who rewrites that branch is found by its next push. */
export function createGitRef({ url, branch, keyPath }: GitPlace): CheckpointSink {
  const ssh: Readonly<Record<string, string>> =
    keyPath === null ? {} : { GIT_SSH_COMMAND: `ssh -i ${quoted(keyPath)} -o IdentitiesOnly=yes -o BatchMode=yes` };
  const ref = `refs/heads/${branch}`;

  /** In a repository that lives as long as the act. `tip` null = the branch does not exist yet. */
  async function within<T>(act: (git: Git, tip: string | null) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "countersign-checkpoint-"));
    const git: Git = (args, input) => runGit(folder, args, ssh, input);
    try {
      await git(["init", "--quiet", "--bare"]);
      const listed = await git(["ls-remote", "--refs", "--", url, ref]);
      const tip = listed.trim() === "" ? null : (listed.split(/\s/)[0] ?? null);
      if (tip !== null) await git(["fetch", "--quiet", "--no-tags", "--depth=1", "--", url, ref]);
      return await act(git, tip);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    name: "git",
    latest: (tenantId) =>
      within(async (git, tip) => {
        if (tip === null) return null;
        const names = (await git(["ls-tree", "--name-only", tip, "--", `${safeTenant(tenantId)}/`]))
          .split("\n")
          .filter((name) => name.endsWith(".json"));
        const newest = names.sort().at(-1);
        return newest === undefined ? null : (JSON.parse(await git(["show", `${tip}:${newest}`])) as Envelope);
      }),
    publish: ({ tenantId, size }, envelope) =>
      within(async (git, tip) => {
        const path = `${safeTenant(tenantId)}/${fileName(size)}`;
        const blob = (await git(["hash-object", "-w", "--stdin"], `${JSON.stringify(envelope)}\n`)).trim();
        if (tip !== null) await git(["read-tree", tip]);
        await git(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
        const tree = (await git(["write-tree"])).trim();
        if (tip !== null && (await git(["rev-parse", `${tip}^{tree}`])).trim() === tree) return;
        const parents = tip === null ? [] : ["-p", tip];
        const commit = (await git(["commit-tree", tree, ...parents, "-m", `Checkpoint ${size} of ${tenantId}`])).trim();
        await git(["push", "--quiet", "--", url, `${commit}:${ref}`]);
      }),
  };
}

type Git = (args: readonly string[], input?: string) => Promise<string>;

/** Rejects with what git said. Nothing of the caller's git configuration or shell has a say. */
function runGit(folder: string, args: readonly string[], more: Readonly<Record<string, string>>, input = ""): Promise<string> {
  const { PATH, HOME, SSH_AUTH_SOCK } = process.env;
  const env: Record<string, string> = { GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1", GIT_DIR: folder, LC_ALL: "C", ...more };
  for (const [name, value] of Object.entries({ PATH, HOME, SSH_AUTH_SOCK })) if (value !== undefined) env[name] = value;
  for (const role of ["AUTHOR", "COMMITTER"]) for (const [part, value] of Object.entries(IDENTITY)) env[`GIT_${role}_${part}`] = value;
  return new Promise((resolve, reject) => {
    const child = execFile("git", [...args], { cwd: folder, env, timeout: TIMEOUT_MS, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(new Error(`git ${args[0]}: ${stderr.trim() || error.message}`, { cause: error }));
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
