import { spawn } from "node:child_process";
import { once } from "node:events";
import { cleanEnvironment } from "./process.ts";
import { RAW_DIFF } from "./raw-diff.ts";

/** One `git diff-tree --stdin` process: commits against their first parents, one after the other, without a process per commit. */
export interface TreeComparer {
  /** The `--raw -z` records. `parent` null = against nothing. Rejects when git ended: an object cannot be read. */
  compare(commit: string, parent: string | null): Promise<Buffer>;
  close(): Promise<void>;
}

const STDERR_MAX = 2_000;

export function openTreeComparer(cwd: string): TreeComparer {
  const child = spawn("git", ["diff-tree", "--stdin", "--root", "--always", ...RAW_DIFF], { cwd, env: cleanEnvironment({}) });
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let said = "";
  let last: Promise<unknown> = Promise.resolve();
  const ended = once(child, "close").catch(() => {});
  child.stdin.on("error", () => {});
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(0, STDERR_MAX);
  });

  async function compareOne(commit: string, parent: string | null): Promise<Buffer> {
    // git repeats a line that is no commit, and only then sends what it has. No path of a commit can hold the id of that commit.
    const end = Buffer.from(`.${commit}\n`);
    child.stdin.write(`${parent === null ? commit : `${commit} ${parent}`}\n${end.toString("latin1")}`);
    const parts: Buffer[] = [];
    let tail: Buffer = Buffer.alloc(0);
    while (!tail.subarray(-end.length).equals(end)) {
      const next = await chunks.next();
      if (next.done) {
        await ended;
        throw new Error(said.trim().split("\n").join("; ") || "git diff-tree ended early");
      }
      parts.push(next.value);
      tail = Buffer.concat([tail.subarray(-end.length), next.value]);
    }
    const answer = Buffer.concat(parts);
    return answer.subarray(answer.indexOf(0) + 1, answer.length - end.length);
  }

  return {
    compare(commit, parent) {
      const result = last.then(() => compareOne(commit, parent));
      last = result.catch(() => {});
      return result;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
