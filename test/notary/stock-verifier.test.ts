import { createPublicKey } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, Verifier } from "@sigstore/verify";
import { beforeAll, expect, it } from "vitest";
import type { Envelope } from "../../src/engine/dsse.ts";
import { createLedger } from "../../src/store/index.ts";
import { describeOnBoth } from "../support/database.ts";
import { land, PUBLIC_KEY, SIGNER, seal } from "../support/sealed-trail.ts";

/** A verifier that we did not write: sigstore's, given our public key and no transparency log. */
function stock(envelope: Envelope): void {
  const [signature] = envelope.signatures;
  const bundle = bundleFromJSON({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: signature!.keyid }, tlogEntries: [], timestampVerificationData: { rfc3161Timestamps: [] } },
    dsseEnvelope: envelope,
  });
  const trust = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: (hint: string) => {
      if (hint !== SIGNER.keyId) throw new Error("another key");
      return { publicKey: createPublicKey(PUBLIC_KEY), validFor: () => true };
    },
  };
  new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
}

describeOnBoth("the statement about an approval", (open) => {
  if (open.driver === "postgres") return it("needs one database only", () => {});
  let envelope: Envelope;
  beforeAll(async () => {
    const ledger = createLedger(await open());
    const { approval } = await land(ledger);
    expect(await ledger.evidenceOf(approval.id, null)).toEqual({ envelope: null });
    await seal(ledger);
    envelope = (await ledger.evidenceOf(approval.id, null))!.envelope!;
  });

  it("is an in-toto Statement v1 with the votes and the team that the voter was in", () => {
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8"));
    expect(envelope.payloadType).toBe("application/vnd.in-toto+json");
    expect(statement).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "urn:countersign:contract-approval:v1",
      subject: [
        { digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
        { digest: { gitCommit: expect.stringMatching(/^[0-9a-f]{40}$/) } },
      ],
      predicate: {
        author: 1,
        requirements: [{ team: "sec-ops", minApprovals: 1, votes: [{ person: 2, teams: [{ slug: "sec-ops", id: 7 }] }] }],
        override: null,
        audit: { seq: 1 },
      },
    });
    expect(JSON.stringify(statement)).not.toMatch(/\b(bob|alice)\b/);
  });

  it("verifies with sigstore's verifier, and not when a byte of it is another", () => {
    expect(() => stock(envelope)).not.toThrow();
    const payload = Buffer.from(Buffer.from(envelope.payload, "base64").toString("utf8").replace('"person":2', '"person":3')).toString(
      "base64",
    );
    expect(() => stock({ ...envelope, payload })).toThrow();
    expect(() => stock({ ...envelope, payloadType: "application/vnd.in-toto+jsom" })).toThrow();
  });
});
