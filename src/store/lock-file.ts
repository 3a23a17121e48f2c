import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { newId } from "./id.ts";

/** Another process has the data directory: two would silently lose each other's writes. */
export class DataDirectoryLocked extends Error {
  override readonly name = "DataDirectoryLocked";
}

interface Holder {
  readonly pid: number;
  /** Clock ticks since boot at which the process started (Linux), so that a reused pid is not mistaken for the holder. */
  readonly started: string | null;
  readonly boot: string | null;
  readonly host: string;
}

/** Takes `<dataDir>/countersign.lock` and resolves to its release. A lock whose process is gone is taken over. */
export async function lockDataDirectory(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "countersign.lock");
  const mine = JSON.stringify(currentProcess());
  const draft = `${path}.${newId()}`;
  await writeFile(draft, mine, { flag: "wx", mode: 0o600 });
  try {
    if (!(await claim(draft, path)) && !(await takeOver(draft, path))) {
      const holder = await readFile(path, "utf8").catch(() => "unknown");
      throw new DataDirectoryLocked(
        `another process uses this data directory: ${path} (${holder}). Stop it, or remove the file if that process is certainly gone.`,
      );
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(path, "utf8").catch(() => null)) === mine) await rm(path, { force: true });
  };
}

/** A hard link appears with its whole content or not at all. */
async function claim(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Only the holder of `.reclaim` may remove a stale lock: else two processes could each remove the other's fresh one. */
async function takeOver(draft: string, path: string): Promise<boolean> {
  const reclaim = `${path}.reclaim`;
  if (!(await claim(draft, reclaim))) {
    throw new DataDirectoryLocked(`another process is taking over a stale lock: ${reclaim}. Start again; remove the file if it stays.`);
  }
  try {
    const text = await readFile(path, "utf8").catch(() => null);
    if (text !== null && !isGone(text)) return false;
    await rm(path, { force: true });
    return await claim(draft, path);
  } finally {
    await rm(reclaim, { force: true });
  }
}

function currentProcess(): Holder {
  return { pid: process.pid, started: startOf(process.pid), boot: bootId(), host: hostname() };
}

/** Unknown means alive: an unreadable lock, or one of another host, is never taken over. */
function isGone(text: string): boolean {
  let holder: Holder;
  try {
    holder = JSON.parse(text) as Holder;
  } catch {
    return false;
  }
  if (!Number.isInteger(holder.pid) || holder.pid <= 0 || holder.host !== hostname()) return false;
  if (holder.boot !== bootId()) return holder.boot !== null && bootId() !== null;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const started = startOf(holder.pid);
  return started !== null && holder.started !== null && started !== holder.started;
}

function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; field 22 counts from after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function bootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}
