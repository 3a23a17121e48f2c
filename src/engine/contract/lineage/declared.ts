import type { Problem } from "../../problem.ts";
import type { ContractFile, LinkEnd } from "../model.ts";
import { endOf, refsIn } from "../readers/links.ts";
import { booleanAt, child, looseMaps, type MapNode, ReadFailure, textAt, textsOf } from "../source/node.ts";
import { decodeText } from "../source/text.ts";
import { parseTree } from "../source/tree.ts";
import type { DeclaredLink } from "./graph.ts";

export interface DeclaredLineage {
  readonly links: readonly DeclaredLink[];
  /** A lineage file that cannot be read is a warning: the graph is an aid, and the impact is then taken as unknown. */
  readonly problems: readonly Problem[];
}

/** Which files beside contracts say something about lineage. `files` = `lineage.files` of the configuration. */
export function declaresLineage(path: string, files: readonly string[]): boolean {
  return files.includes(path) || /\.sql$/i.test(path) || /\.odps\.(ya?ml|json)$/i.test(path);
}

/** Reads `.choochoo/lineage.yaml` (and the like), Open Data Product Standard files, and the `ref()` and `source()` calls of dbt's SQL. */
export function readDeclared(files: readonly ContractFile[], lineageFiles: readonly string[]): DeclaredLineage {
  const links: DeclaredLink[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    try {
      if (file.bytes === null) throw new ReadFailure(file.unreadable ?? "the content could not be read", null);
      const text = decodeText(file.bytes);
      links.push(...(/\.sql$/i.test(file.path) ? sqlLinks(file.path, text) : treeLinks(file.path, text, lineageFiles)));
    } catch (error) {
      const known = error instanceof ReadFailure ? error : null;
      // SQL comes from people who never heard of lineage: what does not read says nothing.
      if (!/\.sql$/i.test(file.path)) problems.push(problem(file.path, known?.line ?? null, known?.message ?? "it cannot be parsed"));
    }
  }
  return { links, problems };
}

/** A model's file is named like the model. */
function sqlLinks(file: string, text: string): readonly DeclaredLink[] {
  const model = file
    .split("/")
    .at(-1)!
    .replace(/\.sql$/i, "");
  return refsIn(text).map((object) => ({
    upstream: { contract: null, object, field: null },
    downstream: { contract: null, object: model, field: null },
    carrier: "ref",
    file,
    critical: false,
  }));
}

function treeLinks(file: string, text: string, lineageFiles: readonly string[]): readonly DeclaredLink[] {
  const root = parseTree(text);
  if (root === null) return [];
  if (root.kind !== "map") throw new ReadFailure("a mapping was expected", root.pos.line);
  return lineageFiles.includes(file) ? ownLinks(file, root) : portLinks(file, root);
}

/** `lineage: [{from, to, critical?}]`; `from` and `to` are one end or a list of ends. */
function ownLinks(file: string, root: MapNode): readonly DeclaredLink[] {
  const unknown = [...root.entries.values()].find(({ key }) => key !== "lineage");
  if (unknown !== undefined) throw new ReadFailure(`unknown key \`${unknown.key}\`; allowed: lineage`, unknown.keyPos.line);
  const list = child(root, "lineage");
  if (list !== null && list.kind !== "seq") throw new ReadFailure("`lineage` must be a list of {from, to}", list.pos.line);
  return (list?.items ?? []).flatMap((item) => {
    if (item.kind !== "map") throw new ReadFailure("every item of `lineage` must be a mapping {from, to}", item.pos.line);
    const [from, to] = (["from", "to"] as const).map((key) => {
      const ends = textsOf(child(item, key)).flatMap((words) => namedEnd(words) ?? []);
      if (ends.length === 0) throw new ReadFailure(`a link without \`${key}\``, item.pos.line);
      return ends;
    });
    const critical = booleanAt(item, "critical") === true;
    return from!.flatMap((upstream) => to!.map((downstream) => ({ upstream, downstream, carrier: "lineage", file, critical })));
  });
}

/** A file, an id or a name without `#` is the whole contract; `contract#object.field` goes inside; `object.field` without a contract is looked up. */
function namedEnd(words: string): LinkEnd | null {
  const text = words.trim();
  if (!text.includes("#") && (/\//.test(text) || /\.(ya?ml|json|avsc|proto|graphqls?)$/.test(text)))
    return { contract: text, object: null, field: null };
  return endOf(text);
}

/** Data products: the contracts of their input ports feed the contracts of their output ports. */
function portLinks(file: string, root: MapNode): readonly DeclaredLink[] {
  if (textAt(root, "kind") !== "DataProduct") return [];
  const contractsOf = (maps: readonly MapNode[], ...keys: readonly string[]) =>
    [...new Set(maps.flatMap((map) => textAt(map, ...keys) ?? []))].map((contract): LinkEnd => ({ contract, object: null, field: null }));
  const outputs = looseMaps(child(root, "outputPorts"));
  const inputs = contractsOf(looseMaps(child(root, "inputPorts")), "contractId");
  return outputs.flatMap((output) => {
    const own = contractsOf(looseMaps(child(output, "inputContracts")), "id");
    const upstreams = own.length > 0 ? own : inputs;
    return contractsOf([output], "contractId").flatMap((downstream) =>
      upstreams.map((upstream) => ({ upstream, downstream, carrier: "ports", file, critical: false })),
    );
  });
}

function problem(file: string, line: number | null, message: string): Problem {
  return { code: "E001", message: `the lineage cannot be read: ${message}`, file, line, severity: "warning" };
}
