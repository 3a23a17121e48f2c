import type { Finding } from "../contract/finding.ts";
import { type FormerPaths, formerPaths } from "../contract/former-paths.ts";
import { tagKey, type Vocabulary } from "../contract/vocabulary.ts";
import { matchesGlob } from "../policy/glob.ts";
import { wordsTouched } from "../policy/tags.ts";
import type { Limitation } from "./model.ts";
import type { RecognisedAgent } from "./recognise.ts";

/** Limitations of the System Cards at the trusted commit that name a contract or tag which the change touches. */
export function limitationsTouched(agents: readonly RecognisedAgent[], findings: readonly Finding[], vocabulary: Vocabulary): number {
  const limitations = agents.flatMap(({ registration }) => registration?.systemCard?.limitations ?? []);
  if (limitations.length === 0) return 0;
  const former = formerPaths(findings);
  return limitations.filter((limitation) => findings.some((finding) => names(limitation, finding, vocabulary, former))).length;
}

/** Both, where it names both. One in prose names whatever its words are. */
function names({ note, contract, tag }: Limitation, finding: Finding, vocabulary: Vocabulary, former: FormerPaths): boolean {
  const paths = [finding.contract, ...(former.get(finding.contract) ?? [])];
  if (contract === null && tag === null) return paths.some((path) => namedInProse(note, path, finding, vocabulary));
  const touchesContract = contract === null || [...paths, finding.file].some((path) => matchesGlob(contract, path));
  return touchesContract && (tag === null || wordsTouched([tag], finding, vocabulary).length > 0);
}

function namedInProse(note: string, path: string, finding: Finding, vocabulary: Vocabulary): boolean {
  const words = note.toLowerCase().match(/[a-z0-9_][a-z0-9_./-]*/g) ?? [];
  const base = path.split("/").at(-1)!.toLowerCase();
  const contract = [path.toLowerCase(), base, base.split(".")[0]!, finding.object?.toLowerCase()];
  const known = words.map((word) => word.replace(/[./-]+$/, "")).filter((word) => vocabulary.classes.has(tagKey(vocabulary, word)));
  return words.some((word) => contract.includes(word.replace(/[./-]+$/, ""))) || wordsTouched(known, finding, vocabulary).length > 0;
}
