import type { TagDefinition } from "../../model.ts";
import { child, type MapNode, type Node, textAt } from "../../source/node.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { classNamed } from "../declared.ts";
import type { Definition, Directive } from "./syntax.ts";
import { argumentsOf } from "./values.ts";

/**
 * Directives that a schema takes from elsewhere (`@link(url, import: ["@pii"])`), and those that the composed graph keeps
 * (`@composeDirective`): without either, the words that stand at the fields mean nothing.
 */
export function importedDefinitions({ directives }: Definition, vocabulary: Vocabulary): readonly TagDefinition[] {
  return directives.flatMap((directive) => {
    const given = directive.name === "link" || directive.name === "composeDirective" ? argumentsOf(directive) : null;
    if (given?.kind !== "map") return [];
    return (directive.name === "link" ? linked(given) : composed(given)).flatMap((each) => definitionOf(each, directive, vocabulary));
  });
}

interface Imported {
  readonly name: string;
  /** What the file calls it. */
  readonly as: string;
  readonly says: string;
}

function linked(given: MapNode): readonly Imported[] {
  const url = textAt(given, "url") ?? "";
  const space = textAt(given, "as") ?? spaceOf(url);
  const imports = child(given, "import");
  const listed = imports?.kind === "seq" ? imports.items.flatMap(importOf) : [];
  // What is called like the whole stands for it.
  return [...listed, { name: `@${space}`, as: `@${space}` }].map(({ name, as }) => ({ name, as, says: `${name} of ${url}` }));
}

function importOf(node: Node): readonly Omit<Imported, "says">[] {
  if (node.kind === "scalar") return [{ name: node.text, as: node.text }];
  const name = node.kind === "map" ? textAt(node, "name") : null;
  return name === null ? [] : [{ name, as: (node.kind === "map" ? textAt(node, "as") : null) ?? name }];
}

/** `https://acme.test/privacy/v1.0` is `privacy`. */
function spaceOf(url: string): string {
  const steps = url.replace(/[?#].*$/s, "").split("/");
  const last = steps.pop() ?? "";
  return /^v\d+(\.\d+)*$/.test(last) ? (steps.pop() ?? "") : last;
}

function composed(given: MapNode): readonly Imported[] {
  const name = textAt(given, "name");
  return name === null ? [] : [{ name, as: `@composeDirective ${name}`, says: "kept in the composed graph" }];
}

function definitionOf({ name, as, says }: Imported, { pos }: Directive, vocabulary: Vocabulary): readonly TagDefinition[] {
  const key = [as.split("@").at(-1)!, name.replace(/^@/, "")].map((each) => classNamed(each, vocabulary)).find((each) => each !== null);
  return key === undefined || key === null || !name.startsWith("@") ? [] : [{ name: as, key, says, pos }];
}
