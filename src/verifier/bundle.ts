import { canonical } from "./hashing.ts";

export const FORMAT = "countersign/audit-bundle/v1";

export type Rows = Readonly<Record<string, unknown>>;

/** One thing that does not hold: where, and why. */
export interface Fault {
  readonly at: string;
  readonly because: string;
}

export interface BundleEvent {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly type: string;
  readonly severity: string;
  readonly actor: string | null;
  readonly subject: string;
  readonly payload: unknown;
  readonly at: string;
}

export interface Bundle {
  readonly tenantId: string;
  readonly since: number;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly hashes: readonly { readonly seq: number; readonly hash: string }[];
  readonly events: readonly BundleEvent[];
  readonly checkpoints: readonly unknown[];
  readonly approvals: readonly Rows[];
  readonly artifacts: readonly Rows[];
  readonly evaluations: readonly Rows[];
  readonly attestations: readonly { readonly approvalId: string; readonly envelope: unknown }[];
}

/** The bundle is no bundle: what is wrong, and in which line. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** The keys of each kind of line: no more, no fewer. */
const LINES = {
  hash: ["hash", "kind", "seq"],
  event: ["actor", "at", "hash", "kind", "payload", "prevHash", "seq", "severity", "subject", "type"],
  checkpoint: ["envelope", "kind"],
  approval: ["kind", "record"],
  artifact: ["kind", "record"],
  evaluation: ["kind", "record"],
  attestation: ["approvalId", "envelope", "kind"],
} as const;

/** Reads a bundle line by line. Rejects with `Unreadable`: every byte has one meaning, and none is passed over. */
export async function readBundle(lines: AsyncIterable<string> | Iterable<string>): Promise<Bundle> {
  const found: Record<keyof typeof LINES, Rows[]> = {
    hash: [],
    event: [],
    checkpoint: [],
    approval: [],
    artifact: [],
    evaluation: [],
    attestation: [],
  };
  let header: Rows | null = null;
  let end: Rows | null = null;
  let count = 0;
  for await (const text of lines) {
    count += 1;
    if (end !== null) throw new Unreadable(`line ${count}: the bundle goes on after its end`);
    const line = parsed(text, count);
    if (header === null) header = headerOf(line, count);
    else if (line["kind"] === "end") end = exactly(line, ["kind", "lines"], count);
    else {
      const kind = String(line["kind"]);
      if (!Object.hasOwn(LINES, kind)) throw new Unreadable(`line ${count}: an unknown kind of line`);
      found[kind as keyof typeof LINES].push(exactly(line, LINES[kind as keyof typeof LINES], count));
    }
  }
  if (header === null || end === null) throw new Unreadable(`the bundle breaks off after line ${count}`);
  if (end["lines"] !== count) throw new Unreadable(`the bundle has ${count} lines, and says ${String(end["lines"])}`);
  const records = (kind: "approval" | "artifact" | "evaluation") => found[kind].map((line) => Object(line["record"]) as Rows);
  return {
    tenantId: header["tenantId"] as string,
    since: header["since"] as number,
    head: header["head"] as Bundle["head"],
    hashes: found.hash as unknown as Bundle["hashes"],
    events: found.event as unknown as Bundle["events"],
    checkpoints: found.checkpoint.map((line) => line["envelope"]),
    approvals: records("approval"),
    artifacts: records("artifact"),
    evaluations: records("evaluation"),
    attestations: found.attestation as unknown as Bundle["attestations"],
  };
}

function parsed(text: string, count: number): Rows {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unreadable(`line ${count}: not JSON`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Unreadable(`line ${count}: not an object`);
  let written: string;
  try {
    written = canonical(value);
  } catch {
    throw new Unreadable(`line ${count}: not canonical JSON`);
  }
  if (written !== text) throw new Unreadable(`line ${count}: not canonical JSON`);
  return value as Rows;
}

function headerOf(line: Rows, count: number): Rows {
  if (line["kind"] !== "bundle" || line["format"] !== FORMAT) throw new Unreadable(`not a bundle of the format ${FORMAT}`);
  const { since, head, tenantId } = exactly(line, ["format", "head", "kind", "since", "tenantId"], count);
  const { seq, hash } = exactly(Object(head) as Rows, ["hash", "seq"], count);
  if (typeof tenantId !== "string" || typeof hash !== "string" || !isCount(since) || !isCount(seq))
    throw new Unreadable("line 1: no header");
  return line;
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function exactly(line: Rows, keys: readonly string[], count: number): Rows {
  const has = Object.keys(line).sort().join();
  if (has !== [...keys].sort().join()) throw new Unreadable(`line ${count}: it holds ${has}, not ${keys.join()}`);
  return line;
}
