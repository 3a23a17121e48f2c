import { describe, expect, it } from "vitest";
import type { ContractFile } from "../../../../src/engine/contract/model.ts";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../support.ts";

const HEAD = "kind: DataContract\napiVersion: v3.1.0\nid: c\n";

function read(text: string | Uint8Array, path = "contracts/c.yaml") {
  return readContract(fileOf(path, text), rules);
}

describe("what is refused, with its line", () => {
  it.each<[string, string | Uint8Array, number | null, RegExp]>([
    ["invalid UTF-8", new Uint8Array([0x61, 0xff]), 1, /not UTF-8/],
    ["invalid UTF-8 further down", new Uint8Array([0x61, 0x0a, 0xc3, 0xa9, 0x0a, 0xc3, 0x0a]), 3, /not UTF-8/],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x61, 0x00]), 1, /UTF-16/],
    ["binary", new Uint8Array([0x61, 0xff, 0x0a, 0x00]), 2, /binary/],
    ["NUL", `${HEAD}x: a\u0000b\n`, 4, /U\+0000/],
    ["a line break only YAML 1.1 knows", `${HEAD}# x\u2028schema: []\n`, 4, /U\+2028/],
    ["a bare carriage return", `${HEAD}# x\rschema: []\n`, 4, /U\+000D/],
    ["deep flow nesting", `${HEAD}x: ${"[".repeat(5000)}`, 4, /100 levels/],
    ["deep block nesting", `${HEAD}x:\n  ${"- ".repeat(300)}a\n`, 5, /100 levels/],
    ["an alias of itself", `${HEAD}x: &a [*a]\n`, 4, /contains itself/],
    ["an alias of nothing", `${HEAD}x: *a\n`, 4, /no anchor/],
    ["an alias bomb", `${HEAD}${bomb()}`, 8, /too many values/],
    ["a custom tag", `${HEAD}x: !!python/object {}\n`, 4, /not allowed/],
    ["a non-specific tag", `${HEAD}x: ! y\n`, 4, /not allowed/],
    ["duplicate keys", `${HEAD}"id": d\n`, 4, /duplicate key `id`/],
    ["two merge keys", `${HEAD}x: &a {}\ny:\n  <<: *a\n  <<: *a\n`, 7, /duplicate key `<<`/],
    ["a merge of a text", `${HEAD}x: {<<: y}\n`, 4, /merges mappings/],
    ["a mapping as a key", `${HEAD}? {a: b}\n: c\n`, 4, /key must be plain text/],
    ["a lone surrogate", `${HEAD}x: "\\uD800"\n`, 4, /surrogate/],
    ["a second document", `${HEAD}---\n`, 4, /one YAML document/],
    ["a tab as indentation", `${HEAD}x:\n\ty: 1\n`, 5, /tab/i],
    ["an empty file", "", 1, /empty/],
    ["only comments", "# nothing\n", 1, /only comments/],
    ["an explicit null", "~\n", 1, /declares nothing/],
    ["a property without a name", `${HEAD}schema:\n  - name: t\n    properties:\n      - logicalType: string\n`, 7, /without `name`/],
  ])("%s", (_name, text, line, message) => {
    const reading = read(text);
    if (reading.status !== "unparseable") throw new Error(reading.status);
    expect(reading.problems[0]!.message).toMatch(message);
    expect(reading.problems[0]!.line).toBe(line);
  });

  it("a file whose content could not be had", () => {
    const file: ContractFile = { path: "contracts/c.yaml", mode: "100644", blob: "x", bytes: null, unreadable: "larger than 2 MiB" };
    expect(readContract(file, rules)).toMatchObject({ status: "unparseable", problems: [{ message: "larger than 2 MiB" }] });
    expect(readContract({ ...file, path: "contracts/logo.png" }, rules).status).toBe("ignored");
  });
});

function bomb(): string {
  const rows = Array.from(
    { length: 8 },
    (_, level) =>
      `x${level}: &x${level} [${Array(10)
        .fill(level === 0 ? "1" : `*x${level - 1}`)
        .join(", ")}]`,
  );
  return `${rows.join("\n")}\n`;
}
