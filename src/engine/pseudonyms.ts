import { rewrite } from "./rewrite.ts";

/**
 * What is kept forever names nobody: where a value holds a login, the stored form holds a reference to an identity, which can be
 * erased. `restore(pseudonymise(x))` is `x` while every identity is known.
 *
 * Names stand under the keys below, as keys of `permissions`, and after an @ in any text. What a contract or a lineage says is about
 * data, not people, and is kept as it is.
 */
const PERSON_KEYS: ReadonlySet<string> = new Set([
  "user",
  "users",
  "login",
  "author",
  "committer",
  "coAuthors",
  "identities",
  "actor",
  "actorLogin",
  "dismissedBy",
  "launchedBy",
  "owners",
  "by",
]);
/** Keys whose own keys are logins. */
const KEYED_BY_PERSON: ReadonlySet<string> = new Set(["permissions"]);
const NOT_ABOUT_PEOPLE: ReadonlySet<string> = new Set(["diff", "lineage", "quality", "findings", "contracts"]);
/** GitHub's logins, also of apps. A team (`@org/team`) is no person. */
const MENTION = /@([A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})(?:\[bot\])?)(?![A-Za-z0-9_/-])/g;
const WORD_OR_REFERENCE = /⟦p:[0-9a-f]{32}⟧|[A-Za-z0-9][A-Za-z0-9_-]*(?:\[bot\])?/g;
const REFERENCE = /⟦(?:p:([0-9a-f]{32}))?⟧/g;

/** Who is spoken of in a value. */
export interface People {
  /** Every name, as it is spelled. */
  readonly names: ReadonlySet<string>;
  /** Those that stand where names stand, in lower case: in a sentence they are found without an @ too. */
  readonly known: ReadonlySet<string>;
  /** Login, in lower case -> account id, where the value says both. */
  readonly accounts: ReadonlyMap<string, number>;
}

export function peopleIn(value: unknown): People {
  const known = lowerCase(collect(value, new Set()));
  return { names: collect(value, known), known, accounts: accountsIn(value) };
}

/** `people`: of this value. `refOf` gives the 32 hex digits of a name of theirs. */
export function pseudonymise(value: unknown, { known }: People, refOf: (name: string) => string): unknown {
  return walk(value, null, { known, name: (name) => `⟦p:${refOf(name)}⟧` });
}

function collect(value: unknown, known: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set<string>();
  walk(value, null, {
    known,
    name: (name) => {
      names.add(name);
      return name;
    },
  });
  return names;
}

/** References in a stored form. */
export function referencesIn(stored: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  mapTexts(stored, (text) => {
    if (text.includes("⟦")) for (const [, ref] of text.matchAll(REFERENCE)) if (ref !== undefined) found.add(ref);
    return text;
  });
  return found;
}

/** `nameOf` null = erased: a placeholder stands there, the same for every place of that person in every record. */
export function restore(stored: unknown, nameOf: (ref: string) => string | null): unknown {
  return mapTexts(stored, (text) =>
    text.includes("⟦")
      ? text.replace(REFERENCE, (_, ref: string | undefined) => (ref === undefined ? "⟦" : (nameOf(ref) ?? placeholder(ref))))
      : text,
  );
}

/** Not a login: GitHub's hold no underscore at their front. */
export function placeholder(ref: string): string {
  return `_erased-${ref.slice(0, 12)}`;
}

/** `⟦` of the value itself is written `⟦⟧`: a text never passes for a reference. */
function escaped(text: string): string {
  return text.includes("⟦") ? text.replaceAll("⟦", "⟦⟧") : text;
}

interface Naming {
  /** Names that stand under a key, in lower case: in a sentence they are found without an @ too. */
  readonly known: ReadonlySet<string>;
  readonly name: (login: string) => string;
}

function walk(value: unknown, key: string | null, naming: Naming): unknown {
  if (typeof value === "string") return key !== null && PERSON_KEYS.has(key) && value !== "" ? naming.name(value) : inText(value, naming);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return rewrite(value, (item) => walk(item, key, naming));
  const keyed = key !== null && KEYED_BY_PERSON.has(key);
  // A requirement that users fill is called after them, and a step of the explanation after the person whom it is about.
  const called = "users" in value ? "id" : "children" in value ? "name" : null;
  return rewrite(
    value,
    (item, inner) => {
      if (NOT_ABOUT_PEOPLE.has(inner!)) return mapTexts(item, escaped);
      return inner === called && typeof item === "string" ? bareWords(escaped(item), naming) : walk(item, inner, naming);
    },
    keyed ? naming.name : escaped,
  );
}

function inText(text: string, naming: Naming): string {
  const safe = escaped(text);
  const mentioned = safe.includes("@") ? safe.replace(MENTION, (_, login: string) => `@${naming.name(login)}`) : safe;
  return mentioned.includes(" ") ? bareWords(mentioned, naming) : mentioned;
}

function bareWords(text: string, { known, name }: Naming): string {
  if (known.size === 0) return text;
  return text.replace(WORD_OR_REFERENCE, (word) => (word.startsWith("⟦") || !known.has(word.toLowerCase()) ? word : name(word)));
}

function lowerCase(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].map((name) => name.toLowerCase()));
}

function mapTexts(value: unknown, each: (text: string) => string): unknown {
  if (typeof value === "string") return each(value);
  return value === null || typeof value !== "object" ? value : rewrite(value, (item) => mapTexts(item, each), each);
}

function accountsIn(value: unknown): ReadonlyMap<string, number> {
  const accounts = new Map<string, number>();
  const look = (each: unknown): void => {
    if (Array.isArray(each)) each.forEach(look);
    else if (each !== null && typeof each === "object") {
      const said = each as Readonly<Record<string, unknown>>;
      for (const [id, login] of ACCOUNT_KEYS)
        if (typeof said[id] === "number" && typeof said[login] === "string") accounts.set(said[login].toLowerCase(), said[id]);
      for (const [key, inner] of Object.entries(said)) if (!NOT_ABOUT_PEOPLE.has(key)) look(inner);
    }
  };
  look(value);
  return accounts;
}

const ACCOUNT_KEYS = [
  ["id", "login"],
  ["userId", "user"],
  ["byId", "by"],
] as const;
