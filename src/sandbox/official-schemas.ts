import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type SchemaName, WRITTEN } from "../engine/contract/official/catalogue.ts";
import type { OfficialSchemas, SchemaJudge } from "../engine/contract/official/schemas.ts";
import { type Differences, fromDraft04, type Schema, withDifferences } from "./schema-forms.ts";

const FOLDER = new URL("../../schemas/", import.meta.url);
const DRAFT_04 = "http://json-schema.org/draft-04/schema";
/** Longer texts are never matched: no pattern of a standard is about them. */
const MATCHED_CHARACTERS_MAX = 1_000;

/** Patterns of published schemas that take exponential time on a text of 30 characters, and what accepts the same texts in linear time. */
export const LINEAR_PATTERNS: Readonly<Record<string, string>> = {
  "^([A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*)*$": "^([A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*)?$",
};

type Dialect = "draft-07" | "2019-09" | "2020-12";

/** JSON Schema's own schemas come with the validator, save that of draft 4. */
const META: Readonly<Partial<Record<SchemaName, readonly [Dialect, string]>>> = {
  "json-schema-draft-06": ["draft-07", "http://json-schema.org/draft-06/schema#"],
  "json-schema-draft-07": ["draft-07", "http://json-schema.org/draft-07/schema#"],
  "json-schema-2019-09": ["2019-09", "https://json-schema.org/draft/2019-09/schema"],
  "json-schema-2020-12": ["2020-12", "https://json-schema.org/draft/2020-12/schema"],
};

const judges = new Map<SchemaName, SchemaJudge>();

/** Reads and compiles a schema when it is first asked for, once in a process or thread. The validator itself is loaded no earlier. */
export const officialSchemas: OfficialSchemas = (name) => {
  const known = judges.get(name);
  if (known !== undefined) return known;
  const meta = META[name];
  const judge = meta === undefined ? ownJudge(readSchema(name)) : judgeOf((all) => ajvFor(meta[0], all, true).getSchema(meta[1])!);
  judges.set(name, judge);
  return judge;
};

/** A schema as it judges: one that is written as differences is put together. */
export function readSchema(name: SchemaName): Schema {
  const folder = name in WRITTEN ? "standard" : "official";
  const read = JSON.parse(readFileSync(new URL(`${folder}/${name}.json`, FOLDER), "utf8")) as Schema | Differences;
  return isDifferences(read) ? withDifferences(readSchema(read.base as SchemaName), read.differences) : read;
}

function isDifferences(read: Schema | Differences): read is Differences {
  return "differences" in read;
}

function ownJudge(published: Schema): SchemaJudge {
  const dialect = dialectOf(String(published["$schema"]));
  if (dialect !== null) return judgeOf((all) => ajvFor(dialect, all, false).compile(published));
  const schema = fromDraft04(published);
  return judgeOf((all) => {
    const ajv = ajvFor("draft-07", all, false);
    // Its authors refer to the words of the draft itself.
    if (JSON.stringify(schema).includes(`"${DRAFT_04}#`)) ajv.addSchema(fromDraft04(readSchema("json-schema-draft-04")), DRAFT_04);
    return ajv.compile(schema);
  });
}

function dialectOf(uri: string): Dialect | null {
  if (uri.includes("2020-12")) return "2020-12";
  if (uri.includes("2019-09")) return "2019-09";
  return uri.includes("draft-07") ? "draft-07" : null;
}

type Validate = import("ajv").ValidateFunction;

/** Two compilations: one that stops at the first difference, and for the first contract that is not valid one that tells all. */
function judgeOf(compile: (allErrors: boolean) => Validate): SchemaJudge {
  const short = compile(false);
  const full = once(() => compile(true));
  const judge = (validate: Validate, value: unknown) => (validate(value) ? [] : (validate.errors ?? []));
  return { first: (value) => judge(short, value), all: (value) => judge(full(), value), keys: once(() => keysOf(short.schema)) };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** All names under `properties`, wherever it stands. */
function keysOf(schema: unknown): readonly string[] {
  const keys = new Set<string>();
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const at = open.pop();
    if (typeof at !== "object" || at === null) continue;
    if ("properties" in at && typeof at.properties === "object" && at.properties !== null)
      for (const key of Object.keys(at.properties)) keys.add(key);
    open.push(...Object.values(at));
  }
  return [...keys].sort();
}

function ajvFor(dialect: Dialect, allErrors: boolean, meta: boolean): import("ajv").Ajv {
  const load = createRequire(import.meta.url);
  const options: import("ajv").Options = {
    strict: false,
    allErrors,
    verbose: true,
    logger: false,
    meta,
    validateSchema: false,
    // `format` is a remark, as in JSON Schema since 2019-09: the standards' own examples have locations that are no URI.
    validateFormats: false,
    messages: false,
    inlineRefs: false,
    code: { optimize: false, regExp: Object.assign(boundedPattern, { code: "boundedPattern" }) },
  };
  switch (dialect) {
    case "draft-07": {
      const { Ajv } = load("ajv") as typeof import("ajv");
      const ajv = new Ajv(options);
      if (meta) ajv.addMetaSchema(load("ajv/dist/refs/json-schema-draft-06.json"), undefined, false);
      return ajv;
    }
    case "2019-09": {
      const { Ajv2019 } = load("ajv/dist/2019.js") as typeof import("ajv/dist/2019.js");
      return new Ajv2019(options);
    }
    case "2020-12": {
      const { Ajv2020 } = load("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
      return new Ajv2020(options);
    }
  }
}

function boundedPattern(pattern: string, flags: string) {
  const expression = new RegExp(LINEAR_PATTERNS[pattern] ?? pattern, flags);
  return {
    test: (text: string) => text.length > MATCHED_CHARACTERS_MAX || expression.test(text),
    // The validator keeps one pattern for each text that it gets here.
    toString: () => String(expression),
  };
}
