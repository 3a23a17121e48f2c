import { expect, test } from "vitest";
import { instantOf } from "../../src/gate/instant.ts";

const NOW = new Date("2026-11-22T12:00:00.500Z");

test("days and weeks count back, and a date is itself, in whole seconds", () => {
  expect(instantOf("2d", NOW)).toBe("2026-11-20T12:00:00.000Z");
  expect(instantOf("1w", NOW)).toBe("2026-11-15T12:00:00.000Z");
  expect(instantOf("0001-01-01", NOW)).toBe("0001-01-01T00:00:00.000Z");
  expect(instantOf("9999-12-31", NOW)).toBe("9999-12-31T00:00:00.000Z");
});

test.each(["0000-01-01", "0001-01-01T00:00+01:00", "9999-12-31T23:59-01:00", "2026-13-01", "-1d", "999999d", "", "now"])(
  "%j is no time, since no database has it, or nobody",
  (text) => expect(() => instantOf(text, NOW)).toThrow("is no time"),
);
