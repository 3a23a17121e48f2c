import { nearest } from "../../policy/suggest.ts";
import { visible } from "../lookalike.ts";
import { isNull, type Node } from "../source/node.ts";
import type { SchemaError, SchemaJudge } from "./schemas.ts";
import type { Found } from "./value.ts";

const CHARACTERS_MAX = 40;
const CHOICES_MAX = 8;
const PLACE_PARTS = 4;

/** What was found and what is allowed, in one short sentence without line numbers. */
export function describeError(error: SchemaError, at: Found, judge: SchemaJudge): string {
  const place = placeOf(at.words);
  const { params } = error;
  switch (error.keyword) {
    case "additionalProperties":
    case "unevaluatedProperties":
      return unknownKey(String(params["additionalProperty"] ?? params["unevaluatedProperty"]), place, error, judge);
    case "required":
    case "dependentRequired":
    case "dependencies":
      return missingKey(params["missingProperty"], place);
    case "type":
      return `${place} must be ${anyOf(listOf(params["type"]).map(named))}, not ${kindOf(at.node)}${quoteHint(params["type"], at.node)}`;
    case "enum":
      return `${place} must be ${oneOf(listOf(params["allowedValues"]))}, not ${shown(at.node)}${suggestion(params["allowedValues"], at.node)}`;
    case "const":
      return `${place} must be ${quoted(String(params["allowedValue"]))}, not ${shown(at.node)}`;
    case "pattern":
      return `${place} must match ${quoted(String(params["pattern"]), 80)}, not ${shown(at.node)}`;
    case "uniqueItems":
      return `${place} holds the same item twice`;
    case "minItems":
    case "maxItems":
    case "minProperties":
    case "maxProperties":
      return `${place} must hold ${boundOf(error.keyword, params)} ${/Items$/.test(error.keyword) ? "items" : "keys"}`;
    case "minLength":
    case "maxLength":
      return `${place} must have ${boundOf(error.keyword, params)} characters`;
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return `${place} must be ${String(params["comparison"])} ${String(params["limit"])}, not ${shown(at.node)}`;
    case "oneOf":
      return Array.isArray(params["passingSchemas"])
        ? `${place} fits more than one of the forms that exclude each other`
        : `${place} has none of the allowed forms`;
    case "false schema":
      return `${place} is not allowed here`;
    default:
      return `${place} has none of the allowed forms (\`${error.keyword}\`)`;
  }
}

function unknownKey(key: string, place: string, error: SchemaError, judge: SchemaJudge): string {
  const parent = error.parentSchema?.["properties"];
  const here = typeof parent === "object" && parent !== null ? Object.keys(parent) : [];
  const near = nearest(key, here) ?? (judge.keys().includes(key) ? null : nearest(key, judge.keys()));
  return `${place} must not have the key ${quoted(key)}${near === null ? "" : ` (did you mean ${quoted(near)}?)`}`;
}

function missingKey(missing: unknown, place: string): string {
  const keys = listOf(missing);
  return keys.length === 1 ? `${place} needs the key ${quoted(keys[0]!)}` : `${place} needs ${oneOf(keys)} as a key`;
}

function placeOf(words: readonly string[]): string {
  if (words.length === 0) return "the contract";
  const parts = words.slice(-PLACE_PARTS).map((word) => clipped(word));
  return `\`${parts.join(".")}\``;
}

/** A number where text belongs is the commonest slip of YAML. */
function quoteHint(type: unknown, node: Node): string {
  return listOf(type).includes("string") && node.kind === "scalar" && node.plain && !isNull(node) ? " (put it in quotes)" : "";
}

function suggestion(allowed: unknown, node: Node): string {
  const near = node.kind === "scalar" ? nearest(node.text, listOf(allowed)) : null;
  return near === null ? "" : ` (did you mean ${quoted(near)}?)`;
}

function boundOf(keyword: string, params: SchemaError["params"]): string {
  return `at ${keyword.startsWith("min") ? "least" : "most"} ${String(params["limit"])}`;
}

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  object: "a mapping",
  array: "a list",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  null: "empty",
};

function named(type: string): string {
  return NAMES[type] ?? type;
}

function kindOf(node: Node): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "seq") return "a list";
  return isNull(node) ? "empty" : shown(node);
}

/** The value itself only where it is short: a contract may hold samples of real data. */
function shown(node: Node): string {
  return node.kind === "scalar" && !isNull(node) ? quoted(node.text) : kindOf(node);
}

function quoted(text: string, max = CHARACTERS_MAX): string {
  return `\`${clipped(text, max)}\``;
}

function clipped(text: string, max = CHARACTERS_MAX): string {
  const letters = [...text.slice(0, 2 * max)];
  const seen = visible(letters.slice(0, max).join(""));
  return letters.length > max || text.length > 2 * max ? `${seen}…` : seen;
}

function oneOf(words: readonly string[]): string {
  const told = words.slice(0, CHOICES_MAX).map((word) => quoted(word));
  const rest = words.length - told.length;
  if (words.length === 1) return told[0]!;
  return `one of ${told.join(", ")}${rest > 0 ? ` or ${rest} more` : ""}`;
}

function anyOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
