import { expect, test } from "vitest";
import { z } from "zod";
import { createSeals } from "../../src/studio/seal.ts";

const [first, second, third] = ["1", "2", "3"].map((digit) => digit.repeat(32)) as [string, string, string];
const shape = z.strictObject({ id: z.string() });

test("T93: what was sealed is opened while its secret is rotated out, and not afterwards", async () => {
  const sealed = await createSeals([first]).seal("cookie", { id: "7" }, 60);
  expect(await createSeals([second, first]).open("cookie", shape, sealed)).toEqual({ id: "7" });
  expect(await createSeals([third, second]).open("cookie", shape, sealed)).toBeNull();
});

test("T93: a seal is good for one purpose, one shape and its time, and nothing else opens", async () => {
  const seals = createSeals([first]);
  const sealed = await seals.seal("cookie", { id: "7" }, 60);
  expect(await seals.open("bearer", shape, sealed)).toBeNull();
  expect(await seals.open("cookie", z.strictObject({ id: z.number() }), sealed)).toBeNull();
  expect(await seals.open("cookie", shape, await seals.seal("cookie", { id: "7" }, -120))).toBeNull();
  const changed = `${sealed.slice(0, -20)}${sealed.at(-20) === "A" ? "B" : "A"}${sealed.slice(-19)}`;
  for (const bad of ["", "x", `x${sealed}`, sealed.slice(1), changed, "Fe26.2*".repeat(900)])
    expect(await seals.open("cookie", shape, bad)).toBeNull();
  expect(() => createSeals([])).toThrow("secret");
});
