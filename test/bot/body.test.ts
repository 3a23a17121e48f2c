import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createBodyRoom, readBody } from "../../src/bot/body.ts";

function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function* cut(body: Buffer, bytes: number, then: () => void = () => {}) {
  for (let at = 0; at < body.length; at += bytes) yield Buffer.from(body.subarray(at, at + bytes));
  then();
}

describe("a body that is being received", () => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

  it.each([
    ["declared and in one piece", body.length, body.length],
    ["declared and in pieces", 1460, body.length],
    ["not declared", 1460, 0],
    ["declared as what is no number", 65_536, Number.NaN],
    ["byte by byte", 1, 0],
  ])("%s is what was sent, and gives its room back", async (_how, bytes, declared) => {
    const room = createBodyRoom(4 * body.length);
    const reading = await readBody(cut(body, bytes), declared, room);
    if (reading.status !== "whole") throw new Error(reading.status);
    expect(reading.body.equals(body)).toBe(true);
    expect(room.take(4 * body.length, 1)).toBe(false);
    reading.release();
    expect(room.take(4 * body.length, 1)).toBe(true);
  });

  it("T81: takes what it is counted with, however small the pieces that it is sent in", async () => {
    let live = 0;
    const before = liveBytes();
    await readBody(
      cut(body, 1, () => {
        live = liveBytes() - before;
      }),
      0,
      createBodyRoom(),
    );
    expect(live).toBeLessThan(10 * body.length);
  });
});
