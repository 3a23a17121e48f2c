import { createHash } from "node:crypto";

/** In memory of their own: a small buffer is a slice of 64 KiB, all of which it would keep, and take along to another thread. */
export function ownBytes(slice: Buffer): Buffer {
  const own = Buffer.alloc(slice.length);
  slice.copy(own);
  return own;
}

export function textBytes(told: string | null): Buffer | null {
  return told === null ? null : ownBytes(Buffer.from(told, "utf8"));
}

/** Git's own id of a file. */
export function blobId(bytes: Buffer, idLength: number): string {
  return createHash(idLength === 64 ? "sha256" : "sha1")
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest("hex");
}
