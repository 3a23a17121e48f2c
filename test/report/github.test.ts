import fc from "fast-check";
import { expect, test } from "vitest";
import { renderGithubCommands } from "../../src/report/github.ts";
import { allFixtures, finding, massStrip, strip } from "./fixtures.ts";
import { hostileDecision, hostileText } from "./hostile.ts";

test("verdict first, then findings on their line", () => {
  expect(renderGithubCommands(strip).split("\n")).toEqual([
    "::error title=countersign::Waiting for sec-ops (0 of 1): a `pii` tag is removed in production",
    "::error file=contracts/customers.odcs.yaml,line=14,col=11,title=customers.email::tag `pii` removed",
    "::error file=contracts/customers.odcs.yaml,line=21,col=11,title=customers.phone::type `string` → `integer`",
    "",
  ]);
});

test("a passing decision raises no error", () => {
  expect(renderGithubCommands(allFixtures.approved)).not.toMatch(/^::(error|warning)/m);
});

test("separators and line ends are escaped", () => {
  const findings = [finding({ file: "a,b:c%\n.yaml", message: "100%\nok" })];
  expect(renderGithubCommands({ ...strip, findings }).split("\n")[1]).toBe(
    "::error file=a%2Cb%3Ac%25%0A.yaml,line=14,col=11,title=customers.email::100%25↵ok",
  );
});

test("a finding whose line is the base's names its place in words: that line is another one at the head", () => {
  const findings = [finding({ side: "base", line: 9, code: "field.removed", message: "field removed" })];
  expect(renderGithubCommands({ ...strip, findings }).split("\n")[1]).toBe(
    "::error title=customers.email::field removed (contracts/customers.odcs.yaml:9 at base)",
  );
});

test("at most ten findings and one line that says how many more", () => {
  const lines = renderGithubCommands(massStrip(500)).trim().split("\n");
  expect(lines).toHaveLength(12);
  expect(lines.at(-1)).toBe("::notice title=countersign::490 more changes: see the job summary");
});

test("whatever the text, every line is one command of ours", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      for (const line of renderGithubCommands(hostileDecision(text))
        .trimEnd()
        .split(/\r\n|\r|\n/))
        expect(line).toMatch(/^::(error|warning|notice) [^:]*::/);
    }),
    { numRuns: 200 },
  );
});
