import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { inCopy, leadingTo, readImports } from "./copies.ts";

describe("a copy of what leads to a module", () => {
  test("holds the module and all that import it, over any number of others, and nothing beside", () => {
    const imports = new Map([
      ["/test.ts", ["/door.ts", "/other.ts"]],
      ["/door.ts", ["/gate.ts"]],
      ["/gate.ts", ["/rule.ts"]],
      ["/other.ts", ["/word.ts"]],
      ["/rule.ts", ["/word.ts"]],
    ]);
    expect([...leadingTo("/rule.ts", imports)].sort()).toEqual(["/door.ts", "/gate.ts", "/rule.ts", "/test.ts"]);
  });

  test("is imported by itself, in each way that there is to import", () => {
    const code = [
      'import { a } from "./a.ts";',
      'import "../a.ts";',
      'export * from "./a.ts";',
      'const { b } = await import("./b.ts");',
      'import { z } from "zod";',
      'import c from "./c.ts";',
    ].join("\n");
    const copied = new Set(["/x/a.ts", "/a.ts", "/x/b.ts"]);
    expect(inCopy(code, "/x/y.ts", copied, "7").match(/"[^"]+"/g)).toEqual([
      ...['"./a.ts?copy=7"', '"../a.ts?copy=7"', '"./a.ts?copy=7"', '"./b.ts?copy=7"'],
      ...['"zod"', '"./c.ts"'],
    ]);
  });

  test("of the source: whoever imports the engine's decision leads to it", () => {
    const root = resolve(import.meta.dirname, "../..");
    const leading = leadingTo(resolve(root, "src/engine/decide.ts"), readImports(root, ["src", "test"]));
    for (const file of ["src/gate/evaluate-pull-request.ts", "src/serve.ts", "test/engine/decide.test.ts"])
      expect(leading).toContain(resolve(root, file));
    expect(leading).not.toContain(resolve(root, "src/engine/tree.ts"));
  });
});
