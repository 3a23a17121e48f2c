import { spawn } from "node:child_process";
import { once } from "node:events";
import { cleanEnvironment } from "./process.ts";
import { RAW_DIFF } from "./raw-diff.ts";

/** One `git diff-tree --stdin` process: commits against their first parents, without a process per commit. */
export interface TreeComparer {
  /** The `--raw -z` records. `parent` null = against nothing. Rejects when git ended: an object cannot be read. */
  compare(commit: string, parent: string | null): Promise<Buffer>;
  close(): Promise<void>;
}

const STDERR_MAX = 2_000;

export function openTreeComparer(cwd: string): TreeComparer {
  const child = spawn("git", ["diff-tree", "--stdin", "--root", "--always", ...RAW_DIFF], { cwd, env: cleanEnvironment({}) });
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let buffered: Buffer = Buffer.alloc(0);
  let said = "";
  let last: Promise<unknown> = Promise.resolve();
  const ended = once(child, "close").catch(() => {});
  child.stdin.on("error", () => {});
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(0, STDERR_MAX);
  });

  /** git repeats a line that is no commit, and only then sends what it has. No path of a commit can hold the id of that commit. */
  async function answerTo(commit: string): Promise<Buffer> {
    const end = Buffer.from(`.${commit}\n`);
    let found = buffered.indexOf(end);
    while (found === -1) {
      const next = await chunks.next();
      if (next.done) {
        await ended;
        throw new Error(said.trim().split("\n").join("; ") || "git diff-tree ended early");
      }
      const searched = Math.max(0, buffered.length - end.length);
      buffered = buffered.length === 0 ? next.value : Buffer.concat([buffered, next.value]);
      found = buffered.indexOf(end, searched);
    }
    const answer = buffered.subarray(buffered.indexOf(0) + 1, found);
    buffered = buffered.subarray(found + end.length);
    return answer;
  }

  return {
    compare(commit, parent) {
      // Asked at once and answered in order, so that git works on the next ones while one is being judged.
      child.stdin.write(`${parent === null ? commit : `${commit} ${parent}`}\n.${commit}\n`);
      const result = last.then(() => answerTo(commit));
      last = result.catch(() => {});
      return result;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
