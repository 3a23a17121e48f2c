import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { treeRoot } from "../../src/engine/merkle.ts";
import { Tree } from "../../src/verifier/hashing.ts";

/** Leaves and roots that certificate transparency's own implementations test with. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: Readonly<Record<number, string>> = {
  0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

/** RFC 6962 section 2.1, word for word. */
function defined(leaves: readonly Buffer[]): Buffer {
  const sha = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Uint8Array.of(1), defined(leaves.slice(0, k)), defined(leaves.slice(k)));
}

function ofVerifier(leaves: readonly Buffer[]): string {
  const tree = new Tree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

describe("the tree of a checkpoint", () => {
  it.each(Object.entries(ROOTS))("has the root of RFC 6962 over %s leaves", (size, root) => {
    const leaves = LEAVES.slice(0, Number(size)).map((hex) => Buffer.from(hex, "hex"));
    expect(treeRoot(leaves)).toBe(root);
    expect(ofVerifier(leaves)).toBe(root);
  });

  it("is what the RFC defines, in the writer and in the verifier, for any leaves", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), (given) => {
        const leaves = given.map((leaf) => Buffer.from(leaf));
        const root = defined(leaves).toString("hex");
        expect(treeRoot(leaves)).toBe(root);
        expect(ofVerifier(leaves)).toBe(root);
      }),
    );
  });
});
