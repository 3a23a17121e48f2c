import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import canonicalize from "canonicalize";

/** RFC 8785. Throws on what JSON cannot hold. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("not representable as canonical JSON");
  return text;
}

export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256, hex, over the domain with its length, and the canonical JSON of `value`. */
export function domainDigest(domain: string, value: unknown): string {
  return sha256(`${domain.length}:${domain}${canonical(value)}`).toString("hex");
}

/** The right edge of an RFC 6962 tree, that leaves are added to. */
export class Tree {
  readonly #edge: { readonly hash: Buffer; readonly height: number }[] = [];

  add(leaf: Uint8Array): void {
    let node = { hash: sha256(Uint8Array.of(0), leaf), height: 0 };
    while (this.#edge.length > 0 && this.#edge[this.#edge.length - 1]!.height === node.height) {
      const left = this.#edge.pop()!;
      node = { hash: sha256(Uint8Array.of(1), left.hash, node.hash), height: node.height + 1 };
    }
    this.#edge.push(node);
  }

  root(): string {
    let root: Buffer | null = null;
    for (let i = this.#edge.length - 1; i >= 0; i -= 1) {
      const { hash } = this.#edge[i]!;
      root = root === null ? hash : sha256(Uint8Array.of(1), hash, root);
    }
    return (root ?? sha256()).toString("hex");
  }
}

/** Public keys by id: SHA-256 of the SPKI form, hex. */
export type Keys = ReadonlyMap<string, KeyObject>;

/** Every Ed25519 public key of a PEM text. Throws when there is none, or another kind among them. */
export function readKeys(pem: string): Keys {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0 || pem.includes("PRIVATE KEY")) throw new Error("no public key in PEM form");
  return new Map(
    blocks.map((block) => {
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== "ed25519") throw new Error("a key that is not Ed25519");
      return [sha256(key.export({ type: "spki", format: "der" })).toString("hex"), key] as const;
    }),
  );
}

/** What a DSSE envelope says, once one of the keys has signed it; else why it cannot be believed. */
export function openEnvelope(envelope: unknown, type: string, keys: Keys): { readonly said: unknown } | { readonly because: string } {
  const { payloadType, payload, signatures, ...more } = Object(envelope) as Record<string, unknown>;
  if (typeof payload !== "string" || !Array.isArray(signatures) || signatures.length !== 1 || Object.keys(more).length > 0)
    return { because: "it is no envelope" };
  if (payloadType !== type) return { because: `it is of the type ${String(payloadType)}, not ${type}` };
  const { keyid, sig, ...rest } = Object(signatures[0]) as Record<string, unknown>;
  if (typeof keyid !== "string" || typeof sig !== "string" || Object.keys(rest).length > 0) return { because: "its signature is none" };
  const key = keys.get(keyid);
  if (key === undefined) return { because: `it is signed with the key ${keyid.slice(0, 16)}, which was not given` };
  const [bytes, signature] = [exactBase64(payload), exactBase64(sig)];
  if (bytes === null || signature === null) return { because: "it is not in base64" };
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${bytes.length} `), bytes]);
  if (!verify(null, signed, key, signature)) return { because: "its signature does not verify" };
  return { said: JSON.parse(bytes.toString("utf8")) };
}

/** null = another text would decode to the same. */
function exactBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
