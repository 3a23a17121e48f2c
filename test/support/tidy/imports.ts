import { posix } from "node:path";
import { SyntaxKind } from "typescript/unstable/ast";
import { type Source, type Token, tokensOf } from "./source.ts";

export interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Path from the root for a relative import, null for a package. */
  readonly to: string | null;
  /** `import type` / `export type … from`. `import { type A }` is a value import: the module still loads. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A row of the import table (architecture.md). A part may always import itself. */
interface Row {
  readonly may: readonly string[];
  /** Parts, or single files, that may be imported as types only. */
  readonly mayTypes?: readonly string[];
  /** Packages and built-in modules it must not import. */
  readonly never?: RegExp;
}

const IO =
  /^node:(fs|http|https|http2|net|tls|dns|dgram|child_process|cluster|os|worker_threads|timers|process|perf_hooks|readline|v8|vm)\b|^(hono|postgres|pg-boss|drizzle-orm|pino|probot|commander|@octokit\/|@hono\/|@electric-sql\/)/;
const INFRASTRUCTURE =
  /^(probot|drizzle-orm|postgres|pg-boss|hono|@hono\/|@octokit\/|@electric-sql\/)|^node:(http|https|http2|net|child_process)\b/;
/** `assertNever` ends every switch, in the doors too. */
const TOTAL = "engine/problem.ts";

/** gate/ports holds types and one error class (checked apart), so importing it is importing types. */
export const IMPORT_TABLE: Readonly<Record<string, Row>> = {
  engine: { may: [], never: IO },
  report: { may: ["engine"], never: IO },
  "gate/ports": { may: [], mayTypes: ["engine"], never: IO },
  gate: { may: ["engine", "gate/ports"], never: INFRASTRUCTURE },
  github: { may: ["engine", "report", "gate/ports"], never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/)/ },
  git: { may: ["engine", "gate/ports"], never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/|probot|@octokit\/)/ },
  sandbox: { may: ["engine", "gate/ports"], never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/|probot|@octokit\/|hono)/ },
  /** Keys, and the places that checkpoints leave the database for. */
  notary: { may: ["engine", "gate/ports"], never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/|probot|@octokit\/|hono)/ },
  /** Says things outside, at the operator's addresses. */
  notify: { may: ["report", "gate/ports"], never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/|probot|@octokit\/|hono)/ },
  /** Shares no code with what it verifies: a fault in the writer must not hide itself. */
  verifier: { may: [], never: INFRASTRUCTURE },
  store: { may: ["engine", "gate/ports"], never: /^(probot|@octokit\/|hono)/ },
  bot: { may: ["gate", "gate/ports"], never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/)/ },
  studio: {
    may: ["gate", "gate/ports", "report", TOTAL],
    mayTypes: ["engine"],
    never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/|@octokit\/)/,
  },
  cli: {
    may: ["gate", "gate/ports", "report", "verifier", TOTAL],
    mayTypes: ["engine"],
    never: /^(drizzle-orm|postgres|pg-boss|@electric-sql\/)/,
  },
  runtime: { may: [], never: IO },
  /** Reads what the gate makes of its own variables. */
  "config.ts": { may: ["gate"], never: INFRASTRUCTURE },
  /** The composition root of the server: apart from the command line's, which loads it for `serve` alone and so starts fast. */
  "serve.ts": { may: ["gate", "gate/ports", "github", "sandbox", "notary", "notify", "store", "bot", "studio", "config.ts"] },
  /** The composition root of the command. */
  "main.ts": {
    may: [
      ...[
        "engine",
        "report",
        "gate",
        "gate/ports",
        "github",
        "git",
        "sandbox",
        "notary",
        "store",
        "verifier",
        "bot",
        "studio",
        "cli",
        "runtime",
      ],
      ...["config.ts", "serve.ts"],
    ],
  },
};

export const DOORS: readonly string[] = ["bot", "studio", "cli"];

/** The row a src file belongs to: its own, its folder's, or none (null). */
export function partOf(path: string): string | null {
  const inside = path.replace(/^src\//, "");
  if (inside in IMPORT_TABLE) return inside;
  if (inside === "gate/ports.ts" || inside.startsWith("gate/ports/")) return "gate/ports";
  const folder = inside.split("/")[0]!;
  return folder in IMPORT_TABLE ? folder : null;
}

export function importsOf(source: Source): Import[] {
  const tokens = tokensOf(source);
  const found: Import[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const at = moduleSpecifier(tokens, i);
    if (at === null) continue;
    const specifier = tokens[at]!.text.slice(1, -1);
    found.push({
      from: source.path,
      specifier,
      to: specifier.startsWith(".") ? posix.join(posix.dirname(source.path), specifier) : null,
      typeOnly: tokens[i + 1]?.text === "type" && tokens[i + 2]?.text !== "from",
      line: tokens[at]!.line,
    });
  }
  return found;
}

/** Index of the string that the import or re-export starting at `i` names; null when none starts there. */
function moduleSpecifier(tokens: readonly Token[], i: number): number | null {
  const word = tokens[i]!.text;
  if ((word !== "import" && word !== "export") || tokens[i - 1]?.text === ".") return null;
  const first = tokens[i + 1];
  if (first === undefined) return null;
  if (word === "import" && first.text === "(") return isString(tokens[i + 2]) ? i + 2 : null;
  if (word === "import" && isString(first)) return i + 1;
  const clause = tokens[first.text === "type" ? i + 2 : i + 1];
  if (word === "export" && clause?.text !== "{" && clause?.text !== "*") return null;
  for (let k = i + 1; k < tokens.length; k += 1) {
    if (tokens[k]!.text === "from" && isString(tokens[k + 1])) return k + 1;
    if (tokens[k]!.text === ";" || (k > i + 1 && /^(import|export|const|function)$/.test(tokens[k]!.text))) return null;
  }
  return null;
}

function isString(token: Token | undefined): boolean {
  return token?.kind === SyntaxKind.StringLiteral || token?.kind === SyntaxKind.NoSubstitutionTemplateLiteral;
}

/** Every import that the table does not allow, as `file:line sentence`. */
export function tableViolations(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const part = partOf(source.path);
    if (part === null) return [`${source.path}:1 is in no row of the import table`];
    return importsOf(source).flatMap((found) => {
      const because = refusal(part, found);
      return because === null ? [] : [`${source.path}:${found.line} ${part} must not import ${found.specifier}${because}`];
    });
  });
}

function refusal(part: string, found: Import): string | null {
  const row = IMPORT_TABLE[part]!;
  if (found.to === null) return row.never?.test(found.specifier) === true ? "" : null;
  if (!found.to.startsWith("src/")) return found.to === "package.json" ? null : " (outside src)";
  const target = partOf(found.to);
  if (target === part || (target !== null && row.may.includes(target)) || row.may.includes(found.to.slice(4))) return null;
  if (target !== null && row.mayTypes?.includes(target) === true) return found.typeOnly ? null : " except as types";
  return "";
}

/** Doors that import each other, whatever the table says. */
export function doorViolations(sources: readonly Source[]): string[] {
  return sources.flatMap(importsOf).flatMap((found) => {
    const [from, to] = [found.from, found.to ?? ""].map((path) => path.split("/")[1]!);
    return from !== to && DOORS.includes(from!) && DOORS.includes(to ?? "")
      ? [`${found.from}:${found.line} door ${from} imports door ${to}`]
      : [];
  });
}
