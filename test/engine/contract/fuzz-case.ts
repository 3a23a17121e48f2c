import fc from "fast-check";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import { readContract } from "../../../src/engine/contract/read.ts";
import type { CorpusFile } from "./corpus.ts";
import { documentOf, FORMS, shape } from "./generated.ts";
import { lostProtection, tellsLoss } from "./loss-oracle.ts";
import { mutantOf, randomFrom } from "./mutants.ts";
import { fileOf, inputOf, rules } from "./support.ts";

export interface FuzzCase {
  readonly path: string;
  readonly kinds: readonly string[];
  readonly base: string;
  readonly head: string;
}

const GENERATED_SHARE = 0.2;

/** The input of one seed: a corpus file or a generated document, and a damaged form of it. */
export function fuzzCase(corpus: readonly CorpusFile[], seed: number): FuzzCase {
  const random = randomFrom(seed);
  const other = corpus[Math.floor(random() * corpus.length)]!;
  const { path, text } = random() < GENERATED_SHARE ? generated(seed) : corpus[Math.floor(random() * corpus.length)]!;
  const mutant = mutantOf(text, other.text, random);
  const turned = random() < 0.25;
  return { path, kinds: mutant.kinds, base: turned ? mutant.text : text, head: turned ? text : mutant.text };
}

function generated(seed: number): CorpusFile {
  const [document, form] = fc.sample(fc.tuple(shape, fc.nat(FORMS.length - 1)), { numRuns: 1, seed })[0]!;
  return { path: "contracts/generated.yaml", text: FORMS[form]!(documentOf(document)) };
}

/** What is wrong with how the engine takes this input; null when nothing is. */
export function troubleWith({ path, base, head }: FuzzCase): string | null {
  try {
    const reading = readContract(fileOf(path, head), rules);
    const diff = diffContracts(inputOf({ [path]: base }, { [path]: head }));
    for (const value of [reading, diff]) if (!isPlain(value)) return "the output is no plain JSON";
    const unreadable = reading.status === "unparseable" && readContract(fileOf(path, base), rules).status === "contract";
    if (unreadable && !diff.findings.some(({ severity }) => severity === "block")) return "an unreadable head does not block";
    const lost = unreadable ? [] : lostProtection({ [path]: base }, { [path]: head });
    if (lost.length > 0 && !tellsLoss(diff.findings)) return `protection is lost and nothing blocks: ${lost.slice(0, 3).join(", ")}`;
    if (base === head && reading.status !== "unparseable" && diff.findings.length > 0) return "no change, and findings";
    return null;
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

/** Survives a trip through JSON: no lone surrogate, no undefined, no number that JSON does not know. */
function isPlain(value: unknown): boolean {
  let plain = true;
  JSON.stringify(value, (_, each: unknown) => {
    const isJson =
      typeof each === "string"
        ? each.isWellFormed()
        : each !== undefined && !(typeof each === "number" && !Number.isFinite(each)) && !(each instanceof Map || each instanceof Set);
    plain &&= isJson;
    return each;
  });
  return plain;
}
