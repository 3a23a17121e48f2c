import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LanguageVariant, SyntaxKind } from "typescript/unstable/ast";
import { createScanner } from "typescript/unstable/ast/scanner";

/** A file by its path from the repository root (forward slashes). The checkers take these, so that a bad sample needs no disk. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** One token of TypeScript. Comments are no tokens, and what stands inside a string is one. */
export interface Token {
  readonly kind: SyntaxKind;
  readonly text: string;
  readonly line: number;
}

/** Every file under `folder` whose name ends in one of `endings`; none when the folder does not exist. */
export function readSources(root: string, folder: string, endings: readonly string[]): Source[] {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      return { path: full.slice(root.length + 1).replaceAll("\\", "/"), text: readFileSync(full, "utf8") };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const cache = new WeakMap<Source, readonly Token[]>();

export function tokensOf(source: Source): readonly Token[] {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const tokens = scan(source);
  cache.set(source, tokens);
  return tokens;
}

function scan(source: Source): Token[] {
  const scanner = createScanner(true, source.path.endsWith("x") ? LanguageVariant.JSX : LanguageVariant.Standard, source.text);
  const tokens: Token[] = [];
  /** Braces open inside each template hole that we are in. */
  const holes: number[] = [];
  let line = 1;
  let at = 0;
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    // A scanner alone cannot tell a division from a regular expression, nor the end of a block from the end of a template hole.
    if (kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) {
      if (!endsExpression(tokens.at(-1))) kind = scanner.reScanSlashToken();
    } else if (kind === SyntaxKind.TemplateHead) holes.push(0);
    else if (kind === SyntaxKind.OpenBraceToken && holes.length > 0) holes[holes.length - 1]! += 1;
    else if (kind === SyntaxKind.CloseBraceToken && holes.length > 0) {
      if (holes.at(-1)! > 0) holes[holes.length - 1]! -= 1;
      else {
        kind = scanner.reScanTemplateToken(false);
        if (kind === SyntaxKind.TemplateTail) holes.pop();
      }
    }
    const start = scanner.getTokenStart();
    // Text between JSX elements is no TypeScript, and at a lone `#` the scanner stays where it is.
    if (scanner.getTokenEnd() === start) scanner.resetTokenState(start + 1);
    for (; at < start; at += 1) if (source.text.charCodeAt(at) === 10) line += 1;
    tokens.push({ kind, text: scanner.getTokenText(), line });
  }
  return tokens;
}

function endsExpression(token: Token | undefined): boolean {
  if (token === undefined) return false;
  const kinds: readonly SyntaxKind[] = [
    SyntaxKind.Identifier,
    SyntaxKind.NumericLiteral,
    SyntaxKind.StringLiteral,
    SyntaxKind.NoSubstitutionTemplateLiteral,
    SyntaxKind.TemplateTail,
    SyntaxKind.CloseParenToken,
    SyntaxKind.CloseBracketToken,
    SyntaxKind.CloseBraceToken,
    SyntaxKind.ThisKeyword,
  ];
  return kinds.includes(token.kind);
}

/** Lines of text; a final newline does not count as one more. */
export function lineCount(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
