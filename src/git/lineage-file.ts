import { createHash } from "node:crypto";
import { type LineageRecord, namesOf } from "../engine/contract/lineage/vicinity.ts";
import type { StandingLineage } from "../gate/ports.ts";

/**
 * The lineage of one commit as a file in which few records are looked up without parsing the rest: a line that says how long the parts
 * are, the names in order with the offsets of their records, the records. Each line is JSON or a JSON text, a tab and numbers.
 */
interface Header {
  readonly version: number;
  readonly problems: StandingLineage["problems"];
  readonly linked: boolean;
  readonly namesBytes: number;
  /** Of all that follows. */
  readonly digest: string;
}

const VERSION = 1;
const LINE_FEED = 0x0a;
const TAB = 0x09;

export function lineageFile(lineage: StandingLineage): Buffer {
  const offsets = new Map<string, number[]>();
  const lines: Buffer[] = [];
  let at = 0;
  for (const record of lineage.all()) {
    for (const name of new Set(namesOf(record))) {
      const known = offsets.get(name);
      if (known === undefined) offsets.set(name, [at]);
      else known.push(at);
    }
    const line = Buffer.from(`${JSON.stringify(record.kind === "summary" ? { summary: record.summary } : { link: record.link })}\n`);
    lines.push(line);
    at += line.length;
  }
  const named = [...offsets].map(([name, places]) => [JSON.stringify(name), places] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = Buffer.from(named.map(([name, places]) => `${name}\t${places.join(",")}\n`).join(""));
  const { problems } = lineage;
  const body = Buffer.concat([names, ...lines]);
  const header: Header = { version: VERSION, problems, linked: lineage.isLinked(), namesBytes: names.length, digest: digestOf(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** null = not such a file, or not as it was written. */
export function openLineageFile(bytes: Buffer): StandingLineage | null {
  const end = bytes.indexOf(LINE_FEED);
  const header = headerOf(bytes.subarray(0, Math.max(0, end)).toString("utf8"));
  const body = bytes.subarray(end + 1);
  if (header === null || digestOf(body) !== header.digest) return null;
  const names = body.subarray(0, header.namesBytes);
  const records = body.subarray(header.namesBytes);
  const parsed = new Map<number, LineageRecord>();
  const recordAt = (at: number): LineageRecord => {
    const known = parsed.get(at);
    if (known !== undefined) return known;
    const record = recordOf(at, records.subarray(at, records.indexOf(LINE_FEED, at)).toString("utf8"));
    parsed.set(at, record);
    return record;
  };
  return {
    problems: header.problems,
    isLinked: () => header.linked,
    find: (name) => placesOf(names, JSON.stringify(name)).map(recordAt),
    all() {
      const all: LineageRecord[] = [];
      for (let at = 0; at < records.length; at = records.indexOf(LINE_FEED, at) + 1) all.push(recordAt(at));
      return all;
    },
  };
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function headerOf(line: string): Header | null {
  try {
    const found = JSON.parse(line) as Partial<Header> | null;
    const whole =
      found?.version === VERSION && Array.isArray(found.problems) && Number.isInteger(found.namesBytes) && typeof found.digest === "string";
    return whole ? (found as Header) : null;
  } catch {
    return null;
  }
}

function recordOf(at: number, line: string): LineageRecord {
  const { summary, link } = JSON.parse(line) as { readonly summary?: unknown; readonly link?: unknown };
  if (summary !== undefined) return { kind: "summary", at, summary } as LineageRecord;
  if (link !== undefined) return { kind: "link", at, link } as LineageRecord;
  throw new Error("a line that is no record");
}

/** By halving: the lines are in the order of their names. */
function placesOf(names: Buffer, wanted: string): readonly number[] {
  let from = 0;
  let to = names.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const line = middle === from ? from : Math.max(from, names.lastIndexOf(LINE_FEED, middle - 1) + 1);
    const end = names.indexOf(LINE_FEED, line);
    const tab = names.indexOf(TAB, line);
    const name = names.subarray(line, tab).toString("utf8");
    if (name === wanted)
      return names
        .subarray(tab + 1, end)
        .toString("latin1")
        .split(",")
        .map(Number);
    if (name < wanted) from = end + 1;
    else to = line;
  }
  return [];
}
