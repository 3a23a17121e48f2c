import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { Signer } from "../engine/dsse.ts";

/** From an Ed25519 private key in PKCS #8 PEM. Throws when it is another; the reason never quotes it. */
export function signerOf(pem: string): Signer {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new Error("not an Ed25519 private key");
  const publicKey = createPublicKey(key);
  const keyId = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
  return {
    keyId,
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    sign: (bytes) => sign(null, bytes, key),
  };
}

/** A new key pair, PEM. */
export function generateKey(): { readonly privateKey: string; readonly publicKey: string; readonly keyId: string } {
  const pair = generateKeyPairSync("ed25519");
  const privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { publicKey, keyId } = signerOf(privateKey);
  return { privateKey, publicKey, keyId };
}
