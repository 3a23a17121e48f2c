/** How one configuration key of an organisation and of a repository become one value. */
export interface Sides {
  readonly org: unknown;
  readonly repo: unknown;
  readonly fallback: unknown;
  /** An organisation file exists: the repository may tighten and never loosen, also where the organisation says nothing. */
  readonly bound: boolean;
}

export interface Combined {
  readonly value: unknown;
  /** Set when the repository (or the organisation, against the built-in limit) would loosen: the reading is invalid. */
  readonly loosens?: { readonly by: "org" | "repo"; readonly because: string };
  /** Set when something was written that has no effect. */
  readonly ignored?: string;
}

export type Combinator = (sides: Sides) => Combined;

/** What holds before the repository speaks. */
function ground({ org, fallback }: Sides): unknown {
  return org === undefined ? fallback : org;
}

function bounded(sides: Sides, tighten: (ground: unknown, repo: unknown) => Combined): Combined {
  if (sides.repo === undefined) return { value: ground(sides) };
  return sides.bound ? tighten(ground(sides), sides.repo) : { value: sides.repo };
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const keyOf = (value: unknown): string => JSON.stringify(value);

/** More entries are stricter. */
export const union: Combinator = (sides) =>
  bounded(sides, (base, repo) => ({
    value: [...new Map([...listed(base), ...listed(repo)].map((each) => [keyOf(each), each])).values()],
  }));

/** Fewer entries are stricter. */
export const intersection: Combinator = (sides) =>
  bounded(sides, (base, repo) => {
    const allowed = new Set(listed(base).map(keyOf));
    const outside = listed(repo).filter((each) => !allowed.has(keyOf(each)));
    const value = listed(repo).filter((each) => allowed.has(keyOf(each)));
    return outside.length === 0 ? { value } : { value, ignored: `${outside.join(", ")}: only what the organisation allows has an effect` };
  });

/** The organisation's when it sets the key, else the repository's. */
export const owned: Combinator = ({ org, repo, fallback }) => {
  if (org === undefined) return { value: repo ?? fallback };
  return repo === undefined || keyOf(org) === keyOf(repo)
    ? { value: org }
    : { value: org, ignored: "the organisation sets this key, so the repository's value has no effect" };
};

/** The organisation's, or the default beside an organisation file; a repository decides only where no organisation file exists. */
export const reserved: Combinator = (sides) =>
  bounded(sides, (base, repo) =>
    keyOf(base) === keyOf(repo) ? { value: base } : { value: base, ignored: "only the organisation's file sets this key" },
  );

/** The repository's, else the organisation's: the key decides nothing. */
export const either: Combinator = (sides) => ({ value: sides.repo ?? ground(sides) });

/** Choices from lax to strict. */
export function strictest(...choices: readonly unknown[]): Combinator {
  return (sides) =>
    bounded(sides, (base, repo) =>
      choices.indexOf(repo) >= choices.indexOf(base)
        ? { value: repo }
        : { value: base, loosens: { by: "repo", because: `\`${String(repo)}\` is laxer than \`${String(base)}\`` } },
    );
}

/** Smaller is stricter. */
export const smallest: Combinator = (sides) => bounded(sides, lowered("repo"));

/** Smaller is stricter, and the built-in value is the most that anyone may set. */
export const smallestOfAll: Combinator = (sides) => {
  const org = sides.org === undefined ? { value: sides.fallback } : lowered("org")(sides.fallback, sides.org);
  if (org.loosens !== undefined || sides.repo === undefined) return org;
  return lowered("repo")(org.value, sides.repo);
};

function lowered(by: "org" | "repo"): (base: unknown, next: unknown) => Combined {
  return (base, next) =>
    Number(next) <= Number(base)
      ? { value: next }
      : { value: base, loosens: { by, because: `${String(next)} is laxer than ${String(base)}` } };
}

/** Repository files may not carry the key at all. */
export const organisationOnly: Combinator = (sides) => ({
  value: ground(sides),
  ...(sides.repo === undefined ? {} : { loosens: { by: "repo" as const, because: "only the organisation's file may set it" } }),
});
