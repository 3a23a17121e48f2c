import fc from "fast-check";
import { expect, it } from "vitest";
import { csvLine } from "../../src/report/csv.ts";

it.each([
  ["=1+1", `"'=1+1"`],
  ["+1", `"'+1"`],
  ["-1", `"'-1"`],
  ["@x", `"'@x"`],
  ["\t=1", `"'\t=1"`],
  ["  =1", `"'  =1"`],
  ["\uFEFF=1", `"'\uFEFF=1"`],
  ['a "b", c', '"a ""b"", c"'],
  ["\uFF1D1+1", `"'\uFF1D1+1"`],
  ["so; =1+1;-2", `"so;' =1+1;'-2"`],
  ['so;"=1', `"so;'""=1"`],
  ["plain; text", '"plain; text"'],
  ["plain", '"plain"'],
])("T102: %j is written %j", (text, cell) => expect(csvLine([text])).toBe(`${cell}\r\n`));

it("is one row, whatever stands in a cell: quotes are doubled, and a formula never comes first", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (cells) => {
      const line = csvLine(cells);
      const read = [...line.slice(0, -2).matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => match[1]!.replaceAll('""', '"'));
      expect(read.map((cell) => cell.replaceAll("'", ""))).toEqual(cells.map((cell) => cell.replaceAll("'", "")));
      for (const part of read.flatMap((cell) => cell.split(";"))) expect(part).not.toMatch(/^[\s"]*[=+\-@]/);
      for (const cell of read) expect(cell).not.toMatch(/^\s*[=+\-@]/);
    }),
  );
});
