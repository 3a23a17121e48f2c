import type { Notary } from "../gate/ports/notary.ts";
import { createFileDrop } from "./file-drop.ts";
import { createGitRef, type GitPlace } from "./git-ref.ts";
import { signerOf } from "./signing-key.ts";

export interface NotaryConfig {
  /** Ed25519 private key, PEM; null = nothing is signed. */
  readonly signingKey: string | null;
  readonly checkpointDir: string | null;
  readonly checkpointGit: GitPlace | null;
}

export function createNotary({ signingKey, checkpointDir, checkpointGit }: NotaryConfig): Notary {
  return {
    signer: signingKey === null ? null : signerOf(signingKey),
    sinks: [
      ...(checkpointDir === null ? [] : [createFileDrop(checkpointDir)]),
      ...(checkpointGit === null ? [] : [createGitRef(checkpointGit)]),
    ],
  };
}
