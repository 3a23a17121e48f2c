import { definitionLines, NAMED_ANYWHERE } from "../engine/contract/type-places.ts";
import { type LocalRepository, Refusal, type TypeFinder } from "./ports.ts";

/** Names in one expression. */
const NAMES_AT_ONCE = 200;

/** Looks for definitions with `git grep`. In a clone without some of its content nobody knows where types are defined. */
export function localTypes(repository: Pick<LocalRepository, "filesHolding">): TypeFinder {
  return {
    async filesDefining(commit, format, names) {
      const paths = new Set<string>();
      const unknown: string[] = names.filter((name) => !isPlain(name));
      const plain = names.filter(isPlain);
      for (let start = 0; start < plain.length; start += NAMES_AT_ONCE) {
        const some = plain.slice(start, start + NAMES_AT_ONCE);
        try {
          const found = await repository.filesHolding(commit, definitionLines(format, some), NAMED_ANYWHERE[format]);
          for (const path of found) paths.add(path);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          unknown.push(...some);
        }
      }
      return { paths: [...paths].sort(), unknown };
    },
  };
}

/** Every other character could mean something in an expression. */
function isPlain(name: string): boolean {
  return /^\w{1,200}$/.test(name);
}
