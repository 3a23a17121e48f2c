import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/store/connect.ts";
import { DataDirectoryLocked, lockDataDirectory } from "../../src/store/lock-file.ts";

const root = mkdtempSync(join(tmpdir(), "countersign-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function newDirectory(): { dir: string; file: string } {
  const dir = mkdtempSync(join(root, "data-"));
  return { dir, file: join(dir, "countersign.lock") };
}

function leave(file: string, holder: object): void {
  const mine = { pid: process.pid, started: null, boot: bootId(), host: hostname() };
  writeFileSync(file, JSON.stringify({ ...mine, ...holder }));
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** A pid that was a process and is none any more. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("close", resolve));
  return child.pid!;
}

describe.runIf(existsSync("/proc/self/stat"))("the lock of a data directory", () => {
  it("is held by one, named to the other, and free again after release", async () => {
    const { dir, file } = newDirectory();
    const release = await lockDataDirectory(dir);
    const second = lockDataDirectory(dir);
    await expect(second).rejects.toBeInstanceOf(DataDirectoryLocked);
    await expect(second).rejects.toThrow(file);
    await release();
    expect(existsSync(file)).toBe(false);
    await (await lockDataDirectory(dir))();
  });

  it("is taken over from a process that is gone, by exactly one of many", async () => {
    const { dir, file } = newDirectory();
    leave(file, { pid: await deadPid() });
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDirectory(dir)));
    expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
    expect(existsSync(`${file}.reclaim`)).toBe(false);
  });

  it.each([
    ["a process that lives", () => ({ pid: process.ppid }), false],
    ["our own pid, which another process had before", () => ({ started: "1" }), true],
    ["an earlier boot", () => ({ boot: "before" }), true],
    ["another host", () => ({ host: "elsewhere", pid: 2 ** 22 + 1 }), false],
    ["nobody that can be read", () => ({ pid: "x" }), false],
  ])("left by %s", async (_who, holder, free) => {
    const { dir, file } = newDirectory();
    leave(file, holder());
    const attempt = lockDataDirectory(dir);
    if (free) await expect(attempt).resolves.toBeTypeOf("function");
    else await expect(attempt).rejects.toBeInstanceOf(DataDirectoryLocked);
  });

  it("a release never removes the lock of the next holder", async () => {
    const { dir, file } = newDirectory();
    const release = await lockDataDirectory(dir);
    leave(file, { pid: process.ppid });
    await release();
    expect(existsSync(file)).toBe(true);
  });

  it("guards the embedded database, whose rows survive a close", async () => {
    const { dir } = newDirectory();
    const first = await openDatabase({ databaseUrl: null, dataDir: dir });
    await expect(openDatabase({ databaseUrl: null, dataDir: dir })).rejects.toBeInstanceOf(DataDirectoryLocked);
    await first.pglite!.exec("create table kept (n int); insert into kept values (7)");
    await first.close();
    const second = await openDatabase({ databaseUrl: null, dataDir: dir });
    expect((await second.pglite!.query("select n from kept")).rows).toEqual([{ n: 7 }]);
    await second.close();
  }, 120_000);
});
