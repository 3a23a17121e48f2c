import { didYouMean } from "../policy/suggest.ts";
import type { Problem } from "../problem.ts";
import { CAPABILITY_WORDS, type Capability } from "./capabilities.ts";
import type { RawAgent } from "./schema.ts";

/** An agent as ChooChoo's registry writes it, with the line of its ID. */
export interface HeadedAgent {
  readonly raw: RawAgent;
  readonly line: number;
}

export interface HeadingsReading {
  readonly agents: readonly HeadedAgent[];
  readonly problems: readonly Problem[];
}

interface Entry {
  readonly id: string;
  readonly line: number;
  readonly name: string | null;
  card: string | null;
  status: string | null;
  readonly capabilities: string[];
  readonly boundaries: { readonly text: string; readonly line: number }[];
}

const FIELD = /^\s*(?:[-*]\s+)?\*\*(ID|System Card|Status):?\*\*:?\s*(.*?)\s*$/i;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*\s*$/;
const BULLET = /^\s*[-*]\s+(.*?)\s*$/;
const FLAGS = ["read-only", "no-pii", "requires-approval"] as const;

/**
 * Agents registered the way ChooChoo documents it: `**ID:**`, `**System Card:**`, `**Status:**`, and bullets under `### Capabilities`
 * and `### Boundaries`. A boundary in words that nobody can check asks for a person each time.
 */
export function headedAgents(markdown: string, file: string): HeadingsReading {
  const problems: Problem[] = [];
  const entries = entriesOf(markdown.replace(/^\uFEFF/, "").split(/\r?\n/)).filter((entry) => entry.card !== null || entry.status !== null);
  const agents = entries.map((entry): HeadedAgent => {
    const boundaries: NonNullable<RawAgent["boundaries"]> = {};
    for (const { text, line } of entry.boundaries) {
      if (take(boundaries, text)) continue;
      boundaries["requires-approval"] = true;
      const message = `the boundary "${text.slice(0, 80)}" of \`${entry.id}\` is prose that cannot be checked: it asks for an approval of every action`;
      problems.push({ code: "E001", message, file, line, severity: "warning" });
    }
    const known = entry.capabilities.flatMap((text) => CAPABILITY_WORDS.find((word) => word === bare(text)) ?? []);
    return {
      line: entry.line,
      raw: {
        id: entry.id,
        ...(entry.name === null ? {} : { name: entry.name }),
        ...(entry.card === null ? {} : { card: entry.card }),
        // Without a word about it nobody said that it may act.
        status: (entry.status ?? "disabled") as RawAgent["status"],
        ...(known.length === 0 ? {} : { capabilities: known as Capability[] }),
        boundaries,
      },
    };
  });
  return { agents, problems: [...problems, ...statusProblems(entries, file)] };
}

function entriesOf(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  let heading: string | null = null;
  let section = "";
  let fenced = false;
  for (const [index, line] of lines.entries()) {
    if (/^ {0,3}(`{3,}|~{3,})/.test(line)) fenced = !fenced;
    if (fenced) continue;
    const [, hashes = "", title = ""] = HEADING.exec(line) ?? [];
    const entry = entries.at(-1);
    if (hashes !== "") {
      section = title.toLowerCase();
      if (hashes.length <= 2) heading = title;
      continue;
    }
    const [, key = "", value = ""] = FIELD.exec(line) ?? [];
    if (key.toLowerCase() === "id") {
      entries.push({ id: bare(value), line: index + 1, name: heading, card: null, status: null, capabilities: [], boundaries: [] });
      section = "";
    } else if (entry !== undefined && key !== "") {
      if (key.toLowerCase() === "status") entry.status = bare(value).toLowerCase();
      else entry.card = bare(value);
    } else if (entry !== undefined) {
      const text = BULLET.exec(line)?.[1] ?? "";
      if (text === "") continue;
      if (section === "capabilities") entry.capabilities.push(text);
      if (section === "boundaries") entry.boundaries.push({ text, line: index + 1 });
    }
  }
  return entries;
}

/** `no-pii`, `env-restricted: staging, development`, `scope-limited: contracts/orders/**` */
function take(boundaries: NonNullable<RawAgent["boundaries"]>, text: string): boolean {
  const [, key = "", list = ""] = /^`?([a-z]+-[a-z]+)`?\s*(?::\s*(.+))?$/.exec(bare(text)) ?? [];
  const flag = FLAGS.find((each) => each === key);
  if (flag !== undefined && list === "") {
    boundaries[flag] = true;
    return true;
  }
  const items = list
    .split(",")
    .map(bare)
    .filter((each) => each !== "");
  if ((key !== "env-restricted" && key !== "scope-limited") || items.length === 0) return false;
  boundaries[key] = items;
  return true;
}

function statusProblems(entries: readonly Entry[], file: string): Problem[] {
  const known = ["active", "suspended", "disabled", "retired"];
  return entries.flatMap(({ status, id, line }): Problem[] => {
    if (status === null || known.includes(status)) return [];
    const message = `unknown status \`${status.slice(0, 40)}\` of \`${id}\`${didYouMean(status, known)}`;
    return [{ code: "E001", message, file, line, severity: "error" }];
  });
}

function bare(text: string): string {
  return text
    .trim()
    .replace(/^`([^`]*)`$/, "$1")
    .trim();
}
