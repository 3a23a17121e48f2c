import type { ContractFile, Position } from "./model.ts";
import type { Entry, Node } from "./source/node.ts";
import { decodeText } from "./source/text.ts";
import { parseTree } from "./source/tree.ts";

/** The scheme that marks a reference as counted from the root of the tree: how references of another file are told after they are taken over. */
const TREE = "tree:";
/** Values that the references of one side may take over from other files, together. */
const TAKEN_MAX = 200_000;

/** The files of one side that a `$ref` may lead to. Each is parsed when it is first asked for, and once. Never the network, never out of the tree. */
export class References {
  private readonly files: ReadonlyMap<string, ContractFile>;
  private readonly parsed = new Map<string, Node | null>();
  private taken = 0;

  constructor(files: readonly ContractFile[]) {
    this.files = new Map(files.map((file) => [file.path, file]));
  }

  /**
   * What `ref` points at, seen from a document; null = it cannot be followed, so nobody knows what stands there.
   * A node of another file comes with the position of the reference, and its own references count from the root of the tree.
   */
  follow(from: { readonly file: string; readonly root: Node }, ref: string, pos: Position): Node | null {
    if (ref.startsWith("#")) return pointed(from.root, ref);
    const path = referencedPath(from.file, ref);
    if (path === null) return null;
    if (path === from.file) return pointed(from.root, ref);
    const root = this.root(path);
    const found = root === null ? null : pointed(root, ref);
    return found === null ? null : this.takeOver(found, path, pos);
  }

  /** Copies; over the cap nothing is copied any more, and the reference counts as one that cannot be followed. */
  private takeOver(node: Node, path: string, pos: Position): Node | null {
    this.taken += 1;
    if (this.taken > TAKEN_MAX) return null;
    switch (node.kind) {
      case "scalar":
        return { ...node, pos };
      case "seq": {
        const items: Node[] = [];
        for (const item of node.items) {
          const taken = this.takeOver(item, path, pos);
          if (taken === null) return null;
          items.push(taken);
        }
        return { ...node, items, pos };
      }
      case "map": {
        const entries = new Map<string, Entry>();
        for (const { key, value } of node.entries.values()) {
          const taken = this.takeOver(value, path, pos);
          if (taken === null) return null;
          const isRef = key === "$ref" && taken.kind === "scalar";
          entries.set(key, { key, keyPos: pos, value: isRef ? { ...taken, text: fromTheRoot(taken.text, path) } : taken });
        }
        return { ...node, entries, pos };
      }
    }
  }

  private root(path: string): Node | null {
    const known = this.parsed.get(path);
    if (known !== undefined) return known;
    const root = parseFile(this.files.get(path));
    this.parsed.set(path, root);
    return root;
  }
}

export const NO_REFERENCES = new References([]);

function parseFile(file: ContractFile | undefined): Node | null {
  if (file === undefined || file.bytes === null || !/^100/.test(file.mode)) return null;
  try {
    return parseTree(decodeText(file.bytes));
  } catch {
    return null;
  }
}

/** A reference as it reads from anywhere in the tree. */
function fromTheRoot(ref: string, path: string): string {
  const target = ref.startsWith("#") ? path : referencedPath(path, ref);
  return target === null ? ref : `${TREE}${target}${ref.includes("#") ? ref.slice(ref.indexOf("#")) : ""}`;
}

/** The path inside the tree that a relative reference names; null for a URL, an absolute path, and one that leaves the tree. */
export function referencedPath(from: string, ref: string): string | null {
  const file = decoded(ref.split("#", 1)[0]!);
  if (file?.startsWith(TREE)) return file.slice(TREE.length);
  if (file === null || file === "" || /^[a-z][a-z0-9+.-]*:/i.test(file) || /^[/\\]/.test(file) || /[\\\0?]/.test(file)) return null;
  const steps = from.split("/").slice(0, -1);
  for (const step of file.split("/")) {
    if (step === "." || step === "") continue;
    if (step === "..") {
      if (steps.pop() === undefined) return null;
    } else steps.push(step);
  }
  return steps.length === 0 ? null : steps.join("/");
}

/** The node that the fragment of `ref` points at (`#/a/b`, RFC 6901); the root without a fragment; null = there is none. */
export function pointed(root: Node, ref: string): Node | null {
  const memory = targets.get(root) ?? new Map<string, Node | null>();
  if (memory.size === 0) targets.set(root, memory);
  const known = memory.get(ref);
  if (known !== undefined) return known;
  const found = findPointed(root, ref);
  memory.set(ref, found);
  return found;
}

/** Memory of pointed: the fields of a contract point at the same few definitions. */
const targets = new WeakMap<Node, Map<string, Node | null>>();

function findPointed(root: Node, ref: string): Node | null {
  const fragment = decoded(ref.includes("#") ? ref.slice(ref.indexOf("#") + 1) : "");
  if (fragment === "") return root;
  if (fragment === null || !fragment.startsWith("/")) return null;
  let at: Node = root;
  for (const step of fragment.slice(1).split("/")) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const next: Node | undefined =
      at.kind === "map" ? at.entries.get(key)?.value : at.kind === "seq" && /^\d+$/.test(key) ? at.items[Number(key)] : undefined;
    if (next === undefined) return null;
    at = next;
  }
  return at;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Paths of other files of the tree that a file's `$ref`s may lead to. Read off the text: too many rather than too few. */
export function mayReference(file: ContractFile): readonly string[] {
  if (file.bytes === null) return [];
  const text = new TextDecoder("utf-8").decode(file.bytes);
  const found = new Set<string>();
  for (const [, , ref] of text.matchAll(/\$ref["']?[ \t]*:[ \t]*(["']?)([^"'\r\n,}]+)/g)) {
    const path = ref === undefined || ref.startsWith("#") ? null : referencedPath(file.path, ref.trim());
    if (path !== null && path !== file.path) found.add(path);
  }
  return [...found].sort();
}
