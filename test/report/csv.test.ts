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
  ["plain", '"plain"'],
])("T102: %j is written %j", (text, cell) => expect(csvLine([text])).toBe(`${cell}\r\n`));

it("is one row, whatever stands in a cell: quotes are doubled, and a formula never comes first", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (cells) => {
      const line = csvLine(cells);
      const read = [...line.slice(0, -2).matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => match[1]!.replaceAll('""', '"'));
      expect(read.map((cell, index) => (cell === cells[index] ? cell : cell.slice(1)))).toEqual(cells);
      for (const cell of read) expect(cell).not.toMatch(/^\s*[=+\-@]/);
    }),
  );
});
