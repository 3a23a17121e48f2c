import { canonicalJson } from "./canonical.ts";

/** A signed statement (DSSE v1): what cosign and in-toto tools read. */
export interface Envelope {
  readonly payloadType: string;
  /** Base64 of the bytes that are signed. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Holds a private key and shows only what it signs. */
export interface Signer {
  /** SHA-256 of the public key's SPKI form, lower-case hex. */
  readonly keyId: string;
  /** SPKI, PEM. */
  readonly publicKey: string;
  /** Ed25519, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** The bytes that a signature is over: the type is signed too, so that one kind of statement never passes for another. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}

/** Signs the canonical JSON of `statement`. */
export function signStatement(payloadType: string, statement: unknown, signer: Signer): Envelope {
  const payload = Buffer.from(canonicalJson(statement));
  const sig = Buffer.from(signer.sign(preAuthEncoding(payloadType, payload))).toString("base64");
  return { payloadType, payload: payload.toString("base64"), signatures: [{ keyid: signer.keyId, sig }] };
}

/** What an envelope says. Nothing is verified. */
export function statementOf(envelope: Envelope): unknown {
  return JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8"));
}
