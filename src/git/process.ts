import { execFile, spawn } from "node:child_process";
import { once } from "node:events";

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type GitEnvironment = Readonly<Record<string, string>>;

/** Nothing of the caller's shell may redirect git to another repository, replace objects, prompt or fetch. */
export function cleanEnvironment(extra: GitEnvironment): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    // Older gits do not know the line above: without a transport there is nothing to fetch with.
    GIT_ALLOW_PROTOCOL: "",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
  for (const name of [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
  ])
    delete env[name];
  return { ...env, ...extra };
}

/** Runs one git command to its end. Never rejects on a non-zero exit; rejects when git itself cannot be started. */
export async function runGit(cwd: string, args: readonly string[], extra: GitEnvironment = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    execFile("git", [...args], { cwd, env: cleanEnvironment(extra), encoding: "buffer", maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number")
        return reject(new Error(`git could not be run: ${error.message}`, { cause: error }));
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr: stderr.toString("utf8").trim() });
    });
  });
}

export interface GitObject {
  readonly type: string;
  readonly size: number;
  /** null when the object was larger than asked for: it is never held in memory. */
  readonly bytes: Buffer | null;
}

/** One `git cat-file --batch-command` process: objects by id, one after the other, without a process per blob. */
export interface ObjectReader {
  read(id: string, maxBytes: number): Promise<GitObject | null>;
  close(): Promise<void>;
}

export function openObjectReader(cwd: string, extra: GitEnvironment = {}): ObjectReader {
  const child = spawn("git", ["cat-file", "--batch-command"], { cwd, env: cleanEnvironment(extra), stdio: ["pipe", "pipe", "ignore"] });
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let buffered: Buffer = Buffer.alloc(0);
  let last: Promise<unknown> = Promise.resolve();
  child.stdin.on("error", () => {});
  child.on("error", () => {});

  async function more(): Promise<void> {
    const next = await chunks.next();
    if (next.done) throw new Error("git cat-file ended early");
    buffered = buffered.length === 0 ? next.value : Buffer.concat([buffered, next.value]);
  }
  async function line(): Promise<string> {
    let end = buffered.indexOf(10);
    while (end === -1) {
      await more();
      end = buffered.indexOf(10);
    }
    const text = buffered.subarray(0, end).toString("utf8");
    buffered = buffered.subarray(end + 1);
    return text;
  }
  async function take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      if (buffered.length === 0) await more();
      const part = buffered.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      buffered = buffered.subarray(part.length);
    }
    return Buffer.concat(parts);
  }
  async function readOne(id: string, maxBytes: number): Promise<GitObject | null> {
    child.stdin.write(`info ${id}\n`);
    const header = (await line()).split(" ");
    if (header.length !== 3) return null;
    const [, type, sizeText] = header as [string, string, string];
    const size = Number(sizeText);
    if (size > maxBytes) return { type, size, bytes: null };
    child.stdin.write(`contents ${id}\n`);
    await line();
    const bytes = await take(size);
    await take(1);
    return { type, size, bytes };
  }

  return {
    read(id, maxBytes) {
      const result = last.then(() => readOne(id, maxBytes));
      last = result.catch(() => {});
      return result;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const ended = once(child, "close");
      child.stdin.end();
      await ended;
    },
  };
}
