import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { sharedReads } from "../../src/gate/shared-reads.ts";

test("each gets what was read after it asked, and those who come while a read runs share the next", async () => {
  const shared = sharedReads<number>();
  let value = 0;
  let reads = 0;
  let release = () => {};
  const read = async () => {
    reads += 1;
    const seen = value;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return seen;
  };
  const first = [shared("a", read), shared("a", read)];
  while (reads === 0) await setImmediate();
  value = 1;
  const later = [shared("a", read), shared("a", read), shared("a", read)];
  release();
  expect(await Promise.all(first)).toEqual([0, 0]);
  while (reads === 1) await setImmediate();
  release();
  expect(await Promise.all(later)).toEqual([1, 1, 1]);
  expect(reads).toBe(2);
});

test("another thing is another read, and a read that fails fails for those who shared it alone", async () => {
  const shared = sharedReads<string>();
  const failing = [shared("a", () => Promise.reject(new Error("down"))), shared("a", async () => "unused")];
  const other = shared("b", async () => "b");
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect([await other, await shared("a", async () => "again")]).toEqual(["b", "again"]);
});
