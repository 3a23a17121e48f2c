import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { type Command, Option } from "commander";
import { Refusal } from "../gate/ports.ts";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { terminalJson } from "../report/visible.ts";
import { readBundle, Unreadable } from "../verifier/bundle.ts";
import { type Keys, readKeys } from "../verifier/hashing.ts";
import { type Verification, verifyBundle } from "../verifier/verify.ts";
import { type CliContext, EXIT } from "./io.ts";

interface Options {
  readonly key: readonly string[];
  readonly checkpoint: readonly string[];
  readonly format: "text" | "json";
}

/** Longest line of a bundle, bytes: facts of one evaluation are one line. */
const LINE_BYTES_MAX = 256 * 1024 * 1024;
const SHOWN_MAX = 20;

/** `countersign audit verify`: offline, from the file, the public keys and checkpoints that were kept elsewhere. */
export function addVerify(audit: Command, context: CliContext, done: (code: number) => void): void {
  const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  audit
    .command("verify <bundle>")
    .description("verify an exported trail, offline: chain, tree, signatures, digests, and that the votes fill the slots")
    .requiredOption("--key <file>", "public keys, PEM; once for each file", collect)
    .option("--checkpoint <file>", "a checkpoint from outside the database; once for each file", collect, [])
    .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"))
    .action(async (bundle: string, options: Options) => done(await verify(context, bundle, options)));
}

async function verify(context: CliContext, bundle: string, options: Options): Promise<number> {
  const path = (name: string) => resolve(context.cwd, name);
  const keys = new Map<string, Keys extends ReadonlyMap<string, infer Key> ? Key : never>();
  for (const name of options.key) for (const [id, key] of await keysOf(path(name), name)) keys.set(id, key);
  const known = await Promise.all(options.checkpoint.map((name) => checkpointOf(path(name), name)));
  let result: Verification;
  try {
    result = verifyBundle(await readBundle(linesOf(path(bundle))), keys, known);
  } catch (error) {
    if (!(error instanceof Unreadable) && !String((error as NodeJS.ErrnoException).code).startsWith("Z_")) throw missing(error, bundle);
    const fault = { at: "bundle", because: (error as Error).message };
    result = { faults: [fault], tenantId: "", events: { from: 0, to: 0 }, checkpoints: 0, sealedTo: 0, approvals: 0, uncovered: [] };
  }
  context.stdout.write(options.format === "json" ? terminalJson(result) : rendered(result));
  return result.faults.length === 0 ? EXIT.success : EXIT.validation;
}

function rendered({ faults, tenantId, events, checkpoints, sealedTo, approvals, uncovered }: Verification): string {
  if (faults.length > 0) return `DOES NOT HOLD: ${faults.length} ${faults.length === 1 ? "fault" : "faults"}\n${listed(faults)}`;
  const bare = uncovered.length === 0 ? "" : `NOT COVERED: ${uncovered.length}\n${listed(uncovered)}`;
  const after = events.to - sealedTo;
  const open = after <= 0 ? "" : `; the ${after} after it follow, and no signature says that they were all\n`;
  return `HOLDS: events ${events.from} to ${events.to} of ${escapeTerminal(tenantId)}, ${approvals} approvals with their evidence\nsealed to event ${sealedTo} by ${checkpoints} signed checkpoints${open || "\n"}${bare}`;
}

function listed(faults: Verification["faults"]): string {
  const shown = faults.slice(0, SHOWN_MAX).map(({ at, because }) => `  ${escapeTerminal(at)}: ${escapeTerminal(because)}\n`);
  return `${shown.join("")}${faults.length > SHOWN_MAX ? `  and ${faults.length - SHOWN_MAX} more\n` : ""}`;
}

async function keysOf(path: string, name: string): Promise<Keys> {
  const pem = await readFile(path, "utf8").catch((error: unknown) => {
    throw missing(error, name);
  });
  try {
    return readKeys(pem);
  } catch (error) {
    throw new Refusal("config", `${name}: ${(error as Error).message}`, "give the .pub file that `countersign audit keygen` wrote");
  }
}

async function checkpointOf(path: string, name: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw missing(error, name);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("config", `${name} is no checkpoint: not JSON`);
  }
}

function missing(error: unknown, name: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "EISDIR" ? new Refusal("not_found", `${name} cannot be read (${code})`) : error;
}

async function* linesOf(path: string): AsyncIterable<string> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  await file.close();
  const raw = createReadStream(path);
  const bytes: AsyncIterable<Buffer> = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b ? raw.pipe(createGunzip()) : raw;
  let pending: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      yield decoded(Buffer.concat([...pending, chunk.subarray(from, end)]));
      pending = [];
      length = 0;
      from = end + 1;
    }
    pending.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LINE_BYTES_MAX) throw new Unreadable(`a line is longer than ${LINE_BYTES_MAX} bytes`);
  }
  if (length > 0) throw new Unreadable("the last line does not end");
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable("a line is not UTF-8");
  }
}
