import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROBLEMS } from "../../../src/studio/api/problems.ts";

const document = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");

test("docs/api.md lists every problem as the server answers it, and no other", () => {
  const rows = document.split("\n").flatMap((line) => /^\| `([A-Z_]+)` \| (\d{3}) \| (.+) \| (.+) \|$/.exec(line)?.slice(1) ?? []);
  const wanted = Object.entries(PROBLEMS).flatMap(([code, { status, message, hint }]) => [code, String(status), message, hint]);
  expect(rows).toEqual(wanted);
});
