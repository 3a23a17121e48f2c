import { digest } from "../engine/canonical.ts";
import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import { type DeclaredLineage, declaresLineage } from "../engine/contract/lineage/declared.ts";
import { hasEdge } from "../engine/contract/lineage/graph.ts";
import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import { type LineageRecord, recordFinder, vicinityOf } from "../engine/contract/lineage/vicinity.ts";
import type { Link } from "../engine/contract/model.ts";
import { rulesDigest } from "../engine/contract/rules.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import { readingRules } from "../engine/policy/words.ts";
import type { ContractComparer, LocalRepository, StandingLineage, SummaryMemory, Surroundings } from "./ports.ts";
import { readSide } from "./read-change.ts";
import { readAllDeclared } from "./read-lineage.ts";
import { readReferenced } from "./read-references.ts";

/** What every link is written with, in some format: a contract without any of these words links to nothing. */
const LINK_WORDS =
  'relationships|transformSource|references|inputFields|exposures|depends_on|inputPorts|[[:space:](]ref[(]|source[(]|[$]ref|^[[:space:]]*import[[:space:]]|"type"';
const NAMES_MAX = 200;
/** Contracts read at a time: a reading of all of them at once would hold them all in memory. */
const BATCH = 50;

export interface LocalLineageDeps {
  readonly repository: LocalRepository;
  readonly comparer: ContractComparer;
  readonly memory: SummaryMemory;
  /** Told how many of the contracts that must be read are read. */
  readonly progress: (done: number, total: number) => void;
}

/**
 * The contracts of one commit that are linked to others: those that hold a word of a link, those that a link of a lineage file or of
 * the change leads to, and those that hold an id which the change brings, or one of a contract that got fields (`grown`, files). `changed`
 * null = all contracts, linked or not.
 */
export async function localSurroundings(
  deps: LocalLineageDeps,
  commit: string,
  set: PolicySet,
  changed: readonly LineageSummary[] | null,
  grown: ReadonlySet<string> = new Set(),
): Promise<Surroundings> {
  const standing = await standingLineage(deps, commit, set, changed === null);
  if (changed === null) return surroundingsOf(standing, standing.all());
  const isNamed = (name: string, { file, key, objects }: LineageSummary) =>
    file === name || key === name || objects.some((object) => object.name === name);
  const isKnown = (name: string) =>
    changed.some((summary) => isNamed(name, summary)) ||
    standing.find(name).some((record) => record.kind === "summary" && isNamed(name, record.summary));
  const open = wordsOf([
    ...namesIn(changed.flatMap(({ links }) => links).filter((link) => !endsOf(link).every(isKnown))),
    ...openIds(changed, grown),
  ]);
  const more = open === null ? [] : await summariesHolding(deps, commit, set, open, standing);
  const near = surroundingsOf(standing, vicinityOf(standing.find, [...changed, ...more]));
  return { ...near, summaries: [...near.summaries, ...more] };
}

function endsOf({ upstream, downstream }: Omit<Link, "pos">): readonly string[] {
  return [upstream, downstream].flatMap(({ contract, object }) => contract ?? object ?? []);
}

function surroundingsOf({ problems, isLinked }: StandingLineage, records: readonly LineageRecord[]): Surroundings {
  const links = records.flatMap((record) => (record.kind === "link" ? [record.link] : []));
  return {
    isLinked,
    summaries: records.flatMap((record) => (record.kind === "summary" ? [record.summary] : [])),
    declared: { links, problems },
  };
}

/** Contracts that hold a name and no word of a link. */
async function summariesHolding(
  deps: LocalLineageDeps,
  commit: string,
  set: PolicySet,
  names: string,
  { find }: StandingLineage,
): Promise<readonly LineageSummary[]> {
  const files = (await deps.repository.changedFiles(null, commit)).files;
  const holding = new Set(await deps.repository.filesHolding(commit, names));
  const isRead = (path: string) => find(path).some((record) => record.kind === "summary" && record.summary.file === path);
  const more = files.filter(({ path }) => holding.has(path) && !isRead(path));
  return summariesOf(deps, commit, sortChangedFiles(more, set.config.contracts).governed, set);
}

/** What does not depend on the change: remembered by commit. */
async function standingLineage(deps: LocalLineageDeps, commit: string, set: PolicySet, all: boolean): Promise<StandingLineage> {
  const { repository, memory } = deps;
  const { contracts, lineage } = set.config;
  const key = digest("countersign/reading-rules/v1", { commit, all, contracts, lineage, rules: rulesDigest(readingRules(set)) });
  const known = await memory.recall(key);
  if (known !== null) return known;
  const { files } = await repository.changedFiles(null, commit);
  const holding = async (expression: string | null) =>
    new Set(expression === null ? [] : await repository.filesHolding(commit, expression));
  const linked = all ? null : await holding(LINK_WORDS);
  const isChosen = (path: string) => linked === null || linked.has(path) || lineage.files.includes(path);
  const declared = await readAllDeclared(
    repository,
    files.filter(({ path }) => isChosen(path)),
    set,
  );
  const named = linked === null ? linked : await holding(wordsOf(namesIn(declared.links)));
  const chosen = files.filter(({ path }) => (isChosen(path) || named?.has(path)) && !declaresLineage(path, lineage.files));
  const { governed } = sortChangedFiles(chosen, contracts);
  const standing = standingOf(await summariesOf(deps, commit, governed, set), declared);
  await memory.keep(key, standing);
  return standing;
}

/** Links after contracts, each in the order of reading. */
function standingOf(summaries: readonly LineageSummary[], { links, problems }: DeclaredLineage): StandingLineage {
  const records: readonly LineageRecord[] = [
    ...summaries.map((summary, at): LineageRecord => ({ kind: "summary", at, summary })),
    ...links.map((link, at): LineageRecord => ({ kind: "link", at: summaries.length + at, link })),
  ];
  return { problems, isLinked: () => hasEdge(summaries, links), find: recordFinder(records), all: () => records };
}

/** The names that links lead to. A link without a short name is found by its own words only. */
function namesIn(links: readonly Omit<Link, "pos">[]): readonly string[] {
  const ends = links.flatMap(({ upstream, downstream }) => [
    upstream.contract ?? upstream.object,
    downstream.contract ?? downstream.object,
  ]);
  const names = [...new Set(ends.flatMap((end) => end?.split(".").at(-1) ?? []))].filter((name) => /^[\w-]{2,100}$/.test(name)).sort();
  return names.slice(0, NAMES_MAX);
}

/** Ids of contracts that came, went or got fields: a file that keeps its id is there twice with it. */
function openIds(changed: readonly LineageSummary[], grown: ReadonlySet<string>): readonly string[] {
  const times = Map.groupBy(changed, ({ file, key }) => JSON.stringify([file, key]));
  const open = [...times.values()].flatMap(([first, ...more]) =>
    first!.key !== first!.file && (more.length === 0 || grown.has(first!.file)) ? [first!.key] : [],
  );
  return [...new Set(open)]
    .filter((id) => /^[^\s\p{Cc}].{0,198}$/u.test(id))
    .sort()
    .slice(0, NAMES_MAX);
}

/** An expression for some texts as whole words; null = none. */
function wordsOf(texts: readonly string[]): string | null {
  if (texts.length === 0) return null;
  const words = texts.map((text) => text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  return `(^|[^[:alnum:]_])(${words.join("|")})([^[:alnum:]_]|$)`;
}

async function summariesOf(
  { repository, comparer, memory, progress }: LocalLineageDeps,
  commit: string,
  files: readonly GovernedFile[],
  set: PolicySet,
): Promise<readonly LineageSummary[]> {
  const rules = readingRules(set);
  const digest = rulesDigest(rules);
  const keyOf = (file: GovernedFile) => `${digest.slice(0, 16)} ${file.headBlob} ${file.path}`;
  const known = await memory.get(files.map(keyOf));
  const open = files.filter((file) => !known.has(keyOf(file)));
  const learned = new Map<string, LineageSummary | null>();
  for (let start = 0; start < open.length; start += BATCH) {
    progress(start, open.length);
    const batch = open.slice(start, start + BATCH);
    const head = await readSide(repository, "head", batch, set.config.contracts.maxFileBytes);
    const referenced = { base: [], head: await readReferenced(repository, commit, head, set.config.contracts) };
    const { lineage } = await comparer.inventory({ base: [], head, files: batch, outside: [], referenced, rules });
    const byFile = new Map(lineage.map((summary) => [summary.file, summary]));
    for (const file of batch) learned.set(keyOf(file), byFile.get(file.path) ?? null);
  }
  if (learned.size > 0) {
    progress(open.length, open.length);
    await memory.put(learned);
  }
  return files.flatMap((file) => known.get(keyOf(file)) ?? learned.get(keyOf(file)) ?? []);
}
