import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { DiffInput } from "../engine/contract/diff.ts";
import type { Comparison } from "../engine/contract/finding.ts";
import type { Inventory } from "../engine/contract/inventory.ts";
import type { ContractFile } from "../engine/contract/model.ts";
import { rulesDigest } from "../engine/contract/rules.ts";
import type { ContractComparer } from "../gate/ports.ts";
import { type Outcome, runTask } from "./run-task.ts";
import { runInThread, type Task } from "./thread.ts";
import { createThreads } from "./threads.ts";

export interface SandboxLimits {
  /** Milliseconds that one comparison may take, waiting for a thread not counted. */
  readonly timeoutMs: number;
  /** MiB of JavaScript heap of one thread. */
  readonly memoryMiB: number;
  readonly threads: number;
  /** Milliseconds that others wait while the first thread is at one comparison: most end sooner, and another thread costs 20 MiB. */
  readonly patienceMs: number;
  /** Milliseconds for which a comparison is remembered that a thread did not bring to its end: on a machine with less to do it may. */
  readonly endedTtlMs: number;
}

export const SANDBOX_LIMITS: SandboxLimits = { timeoutMs: 20_000, memoryMiB: 512, threads: 2, patienceMs: 1_000, endedTtlMs: 600_000 };

/** MiB of a thread's heap for what has just been made, beside `memoryMiB`. */
const YOUNG_MIB = 12;
/** Files of one change that may be found poisonous one by one; with more, none of them is read. */
const SUSPECTS_MAX = 3;
/** Comparisons remembered: a review or a label brings the same change again. */
const REMEMBERED = 200;
/** Findings and contracts that the memory may hold together. */
const REMEMBERED_WEIGHT = 50_000;

/**
 * Compares in threads with limits on time and memory. Whatever a file does to its thread, the caller gets an answer:
 * the file that was being read counts as unreadable, and the rest is compared without it.
 */
export function createSandbox(
  limits: SandboxLimits = SANDBOX_LIMITS,
  /** Told of every comparison that a thread did not bring to its end. */
  onEnded: () => void = () => {},
): ContractComparer & { close(): Promise<void> } {
  const source = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
  const threads = createThreads(limits, {
    filename: new URL(source, import.meta.url).href,
    name: runInThread.name,
    // What a comparison makes on the way dies young: more room for it is memory that is never given back.
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMiB, maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  const memory = new LRUCache<string, Comparison>({
    max: REMEMBERED,
    maxSize: REMEMBERED_WEIGHT,
    sizeCalculation: (diff) => 1 + diff.findings.length + diff.files.length + diff.contracts.length * 10,
  });

  function runOnce<T>(kind: Task["kind"], input: DiffInput): Promise<Outcome<T>> {
    return threads.run<T, Outcome<T>>((pool, begun) => runTask<T>(pool, kind, input, limits, begun));
  }

  async function run<T>(asked: Task["kind"], input: DiffInput): Promise<{ readonly value: T; readonly whole: boolean }> {
    let kind = asked;
    let open = input;
    for (let round = 0; round <= SUSPECTS_MAX; round += 1) {
      const outcome = await runOnce<T>(kind, open);
      if (outcome.status === "ok") return { value: outcome.value, whole: round === 0 };
      onEnded();
      // Official schemas are advice: their time and memory never cost a file its reading.
      const advised = kind === "compare";
      if (advised) kind = "compare_only";
      if (advised && outcome.path === null) continue;
      open = outcome.path === null || round === SUSPECTS_MAX ? withoutAny(input, outcome.because) : without(open, outcome);
    }
    const last = await runOnce<T>(kind, open);
    if (last.status === "ok") return { value: last.value, whole: false };
    throw new Error(`the contracts cannot be read: ${last.because}`);
  }

  return {
    async compare(input) {
      const key = digestOf(input);
      const known = memory.get(key);
      if (known !== undefined) return known;
      const { value, whole } = await run<Comparison>("compare", input);
      memory.set(key, value, whole ? {} : { ttl: limits.endedTtlMs });
      return value;
    },
    inventory: async (input) => (await run<Inventory>("inventory", input)).value,
    close: threads.close,
  };
}

function without(input: DiffInput, { path, because }: { readonly path: string | null; readonly because: string }): DiffInput {
  return eachFile(input, (file) => (file.path === path ? { ...file, bytes: null, unreadable: because } : file));
}

function withoutAny(input: DiffInput, because: string): DiffInput {
  return eachFile(input, (file) => ({ ...file, bytes: null, unreadable: because }));
}

function eachFile(input: DiffInput, change: (file: ContractFile) => ContractFile): DiffInput {
  return {
    ...input,
    base: input.base.map(change),
    head: input.head.map(change),
    outside: input.outside.map(change),
    referenced: {
      ...input.referenced,
      base: input.referenced.base.map(change),
      head: input.referenced.head.map(change),
      types: (input.referenced.types ?? []).map(change),
    },
  };
}

/** Blob ids stand for content; the rest of what a comparison depends on is written out. */
function digestOf({ base, head, outside, referenced, files, rules }: DiffInput): string {
  const named = (list: readonly ContractFile[]) =>
    list.map(({ path, mode, blob, bytes, unreadable }) => [path, mode, blob, bytes === null, unreadable]);
  const { types = [], unknownTypes = [] } = referenced;
  const sides = [base, head, outside, referenced.base, referenced.head, types].map(named);
  return createHash("sha256")
    .update(JSON.stringify([sides, files, unknownTypes, rulesDigest(rules)]))
    .digest("base64");
}
