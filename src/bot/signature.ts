import { createHmac, timingSafeEqual } from "node:crypto";

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/** Whether anything of the body has to be read to know. */
export function looksSigned(header: string | null | undefined): boolean {
  return SIGNATURE.test(header ?? "");
}

/** True when one of the secrets signed exactly these bytes. Every secret is tried, so time does not tell which one fits. */
export function isSigned(body: Uint8Array, header: string | null | undefined, secrets: readonly string[]): boolean {
  const hex = SIGNATURE.exec(header ?? "")?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, "hex");
  let signed = false;
  for (const secret of secrets) {
    if (timingSafeEqual(createHmac("sha256", secret).update(body).digest(), given)) signed = true;
  }
  return signed;
}
