import { createHash } from "node:crypto";

/**
 * Root of the RFC 6962 tree over `leaves` (each the bytes of one event's hash), lower-case hex:
 * a leaf is SHA-256(0x00 ‖ leaf), a node SHA-256(0x01 ‖ left ‖ right), and the left side of a node is the largest power of two below its size.
 */
export function treeRoot(leaves: Iterable<Uint8Array>): string {
  // Perfect subtrees from the left, largest first: the binary digits of the size.
  const edge: { readonly hash: Buffer; readonly size: number }[] = [];
  for (const leaf of leaves) {
    let node = { hash: sha256(LEAF, leaf), size: 1 };
    for (let left = edge.at(-1); left?.size === node.size; left = edge.at(-1)) {
      node = { hash: sha256(NODE, left.hash, node.hash), size: node.size * 2 };
      edge.pop();
    }
    edge.push(node);
  }
  const last = edge.pop();
  if (last === undefined) return sha256().toString("hex");
  return edge.reduceRight((right, left) => sha256(NODE, left.hash, right), last.hash).toString("hex");
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
