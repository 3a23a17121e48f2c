import { BUILT_IN_ORDER, extendOrder, type OrderStep, orderProblem } from "../contract/class-order.ts";
import { isSensitive } from "../contract/classes.ts";
import { categoryKey, classNamed, compileVocabulary, orderSteps, type Vocabulary } from "../contract/vocabulary.ts";
import type { Problem } from "../problem.ts";
import type { RawConfig } from "./schema.ts";
import type { SourceReading } from "./source.ts";

type Report = (path: readonly PropertyKey[], message: string) => void;

const CATEGORY = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/i;

/** What a schema cannot say about `vocabulary` of one file: names, parents, and an order that contradicts itself or the built-in one. */
export function vocabularyProblems(report: Report, config: RawConfig): void {
  const { categories = {}, ...rest } = config.vocabulary ?? {};
  const told = compiled({ vocabulary: rest }, []);
  const own = new Set(Object.keys(categories).map(categoryKey));
  const known = { synonyms: told.synonyms, categories: new Set([...told.categories, ...own]) };
  let order = BUILT_IN_ORDER;
  const add = (path: readonly PropertyKey[], steps: readonly OrderStep[], text: string) => {
    for (const step of steps) {
      const wrong = orderProblem(order, step);
      if (wrong !== null) report(path, `\`${text}\`: ${wrong}`);
      else order = extendOrder(order, [step]);
    }
  };
  for (const [name, parent] of Object.entries(categories)) {
    const path = ["vocabulary", "categories", name];
    const weaker = classNamed(known, parent);
    if (!CATEGORY.test(name)) report(path, `the category \`${name}\` must be words joined by dots`);
    else if (!told.classes.has(weaker) && !known.categories.has(weaker))
      report(path, `\`${name}\`: nobody declares its parent \`${parent}\``);
    else add(path, [{ weaker, stronger: categoryKey(name) }], `${name}: ${parent}`);
  }
  config.vocabulary?.order?.forEach((text, index) => {
    const path = ["vocabulary", "order", index];
    const steps = orderSteps(known, text);
    if (steps.length === 0) report(path, `cannot read the order \`${text}\`: write \`weaker < stronger\``);
    add(path, steps, text);
  });
}

/**
 * Steps of a repository beside an organisation. A step above a class that others know would make a change from it to the repository's own
 * word an improvement: only the organisation may say so.
 * @param words what policies and `requireApproval` name.
 */
export function orderLoosens(
  org: SourceReading<RawConfig> | undefined,
  repo: SourceReading<RawConfig> | undefined,
  words: readonly string[],
): readonly Problem[] {
  if (org?.value === undefined || repo?.value === undefined) return [];
  const known = compiled(org.value, words);
  const own = compiled(repo.value, []);
  return (repo.value.vocabulary?.order ?? []).flatMap((text, index) => {
    const because = orderSteps(own, text).flatMap((step) => loosens(known, step) ?? []);
    return because.slice(0, 1).map(
      (each): Problem => ({
        code: "E001",
        message: `\`vocabulary.order\` would loosen: \`${text}\`: ${each}`,
        file: repo.source.path,
        line: repo.lineOf(["vocabulary", "order", index]),
        severity: "error",
      }),
    );
  });
}

function loosens(known: Vocabulary, step: OrderStep): string | null {
  if (known.order.get(step.stronger)?.has(step.weaker)) return null;
  const isKnown = known.classes.has(step.weaker) || known.categories.has(step.weaker);
  if (isKnown && isSensitive(step.weaker)) return `only the organisation puts a class above \`${step.weaker}\``;
  return orderProblem(known.order, step);
}

function compiled(config: RawConfig, words: readonly string[]): Vocabulary {
  const { synonyms = {}, keywords = [], order = [], categories = {} } = config.vocabulary ?? {};
  return compileVocabulary({ synonyms, keywords, order, categories }, words);
}
