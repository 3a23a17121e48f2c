import fc from "fast-check";
import { expect, it } from "vitest";
import { type CST, Lexer, LineCounter, Parser } from "yaml";
import { advance } from "../../../../src/engine/contract/source/parser.ts";
import { readCorpus } from "../corpus.ts";
import { documentOf, FORMS, shape } from "../generated.ts";
import { mutantOf, randomFrom } from "../mutants.ts";

const corpus = readCorpus();

/** The tokens, the starts of lines, and how deep the parser stands after each lexeme. */
function told(text: string, next: (parser: Parser, lexeme: string, take: (token: CST.Token) => void) => void): unknown {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  const depths: number[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    next(parser, lexeme, (token) => tokens.push(token));
    depths.push(parser.stack.length);
    if (parser.stack.length > 102) break;
  }
  return { tokens: [...tokens, ...parser.end()], depths, starts: lines.lineStarts };
}

function expectSame(text: string): void {
  const library = told(text, (parser, lexeme, take) => {
    for (const token of parser.next(lexeme)) take(token);
  });
  expect(JSON.stringify(told(text, advance))).toBe(JSON.stringify(library));
}

it("gives the tokens of the library for every corpus file", () => {
  expect(corpus.length).toBeGreaterThan(20);
  for (const { text } of corpus) expectSame(text);
});

it("gives the tokens of the library for damaged files and generated documents", () => {
  const random = randomFrom(1);
  const small = corpus.filter(({ text }) => text.length < 5_000);
  for (let run = 0; run < 120; run += 1) {
    const [one, two] = [small[run % small.length]!, small[Math.floor(random() * small.length)]!];
    expectSame(mutantOf(one.text, two.text, random).text);
  }
  fc.assert(
    fc.property(shape, fc.nat(FORMS.length - 1), (contract, form) => expectSame(FORMS[form]!(documentOf(contract)))),
    { numRuns: 40 },
  );
});
