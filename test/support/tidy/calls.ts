import { SyntaxKind } from "typescript/unstable/ast";
import { partOf } from "./imports.ts";
import { type Source, type Token, tokensOf } from "./source.ts";

/** One thing that code must not do, and where it must not. */
interface Ban {
  readonly what: string;
  readonly where: (path: string) => boolean;
  readonly found: (tokens: readonly Token[], i: number) => boolean;
}

const engine = (path: string): boolean => partOf(path) === "engine";
/** Renderings repeat byte for byte, and the use cases take their clock as a port. */
const clockless = (path: string): boolean => ["engine", "report", "gate", "gate/ports"].includes(partOf(path) ?? "");
const pure = (path: string): boolean => ["engine", "report"].includes(partOf(path) ?? "");
const silent = (path: string): boolean => path.startsWith("src/") && !path.startsWith("src/cli/") && path !== "src/main.ts";
const ours = (path: string): boolean => path.startsWith("src/") || path.startsWith("test/");

export const BANS: readonly Ban[] = [
  { what: "Date.now", where: clockless, found: sequence("Date", ".", "now") },
  { what: "new Date() without argument", where: clockless, found: sequence("new", "Date", "(", ")") },
  {
    what: "new Date without argument",
    where: clockless,
    found: (tokens, i) => sequence("new", "Date")(tokens, i) && tokens[i + 2]?.text !== "(",
  },
  {
    what: "Date() as a function",
    where: clockless,
    found: (tokens, i) => sequence("Date", "(")(tokens, i) && tokens[i - 1]?.text !== "new",
  },
  { what: "performance", where: clockless, found: name("performance") },
  { what: "Math.random", where: clockless, found: sequence("Math", ".", "random") },
  ...["randomUUID", "randomBytes", "randomInt", "getRandomValues"].map((word) => ban(word, clockless, anyName(word))),
  ...["process", "globalThis", "fetch"].map((word) => ban(word, pure, name(word))),
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Promise"].map((word) => ban(word, pure, name(word))),
  ...["async", "await"].map((word) => ban(word, engine, name(word))),
  { what: "console", where: (path) => silent(path) && path.endsWith(".ts"), found: name("console") },
  // On a page the word may stand in the text, and end a sentence.
  {
    what: "console",
    where: (path) => silent(path) && path.endsWith(".tsx"),
    found: (tokens, i) => sequence("console", ".")(tokens, i) && tokens[i + 3]?.text === "(",
  },
  { what: "a default export", where: ours, found: (tokens, i) => sequence("export", "default")(tokens, i) || defaultClause(tokens, i) },
  { what: "eval", where: ours, found: name("eval") },
];

/** Every banned use, as `file:line must not use …`. */
export function bannedUses(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const bans = BANS.filter((ban) => ban.where(source.path));
    const tokens = tokensOf(source);
    return tokens.flatMap((token, i) =>
      bans.filter((ban) => ban.found(tokens, i)).map((ban) => `${source.path}:${token.line} must not use ${ban.what}`),
    );
  });
}

/** The ports are types; their only values are error classes and words of the port's language, so importing them is importing types. */
export function portValues(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => partOf(source.path) === "gate/ports")
    .flatMap((source) => {
      const tokens = tokensOf(source);
      return tokens.flatMap((token, i) => {
        if (token.text !== "export") return [];
        const words = tokens.slice(i + 1, i + 5).map((next) => next.text);
        const word = words[0] === "const" && words[2] === "=" && tokens[i + 4]?.kind === SyntaxKind.StringLiteral;
        const value = /^(const|let|var|function|async|abstract)$/.test(words[0] ?? "") || (words[0] === "class" && words[3] !== "Error");
        return value && !word
          ? [`${source.path}:${token.line} a port exports types, words and errors only, not ${words.slice(0, 2).join(" ")}`]
          : [];
      });
    });
}

function ban(what: string, where: Ban["where"], found: Ban["found"]): Ban {
  return { what, where, found };
}

function sequence(...words: readonly string[]): Ban["found"] {
  return (tokens, i) => words.every((word, k) => tokens[i + k]?.text === word) && !isMember(tokens, i);
}

/** The word as a variable: not a property that happens to have this name. */
function name(word: string): Ban["found"] {
  return (tokens, i) => tokens[i]?.text === word && !isMember(tokens, i) && !isKey(tokens, i);
}

/** The word as a variable or as a member. */
function anyName(word: string): Ban["found"] {
  return (tokens, i) => tokens[i]?.text === word && tokens[i]?.kind !== SyntaxKind.StringLiteral;
}

function isMember(tokens: readonly Token[], i: number): boolean {
  return tokens[i - 1]?.text === "." || tokens[i - 1]?.text === "?.";
}

function isKey(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1]?.text ?? "";
  const after = tokens[i + 1]?.text;
  return (before === "readonly" || before === "{" || before === "," || before === ";") && (after === ":" || after === "?");
}

/** `export { x as default }` */
function defaultClause(tokens: readonly Token[], i: number): boolean {
  return tokens[i]?.text === "as" && tokens[i + 1]?.text === "default" && tokens[i + 2]?.text !== "from" && insideExport(tokens, i);
}

function insideExport(tokens: readonly Token[], i: number): boolean {
  for (let k = i; k >= 0; k -= 1) if (tokens[k]!.text === "{") return tokens[k - 1]?.text === "export";
  return false;
}
