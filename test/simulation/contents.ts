import { CONFIG, POLICIES } from "../demo/sample.ts";

/** The few files that a simulated repository holds. A blob's id says what is in it, so whoever judges needs no parser. */
export const CONTRACT_FILE = "contracts/customers.odcs.yaml";
export const README = "README.md";
const FIELDS = ["email", "phone"];
/** Every set of stripped tags, as a bit mask over the fields. */
export const MASKS = 1 << FIELDS.length;

const PREFIX = { contract: "c0", readme: "d0", policy: "e0" } as const;

function idOf(kind: keyof typeof PREFIX, number: number): string {
  return PREFIX[kind] + number.toString(16).padStart(38, "0");
}

/** The contract with the tags of these fields taken away. */
export function contractBlob(mask: number): string {
  return idOf("contract", mask);
}

export function readmeBlob(number: number): string {
  return idOf("readme", number);
}

export const CONFIG_BLOB = idOf("policy", 1);
export const POLICY_BLOB = idOf("policy", 2);

export const FIRST_TREE: Readonly<Record<string, string>> = {
  [CONTRACT_FILE]: contractBlob(0),
  [README]: readmeBlob(0),
  ".choochoorc": CONFIG_BLOB,
  ".choochoo/approval-policies.yaml": POLICY_BLOB,
};

function contractText(mask: number): string {
  const fields = FIELDS.map((name, bit) => {
    const tags = (mask >> bit) & 1 ? "" : "        tags: [pii]\n";
    return `      - name: ${name}\n        logicalType: string\n${tags}`;
  });
  return `apiVersion: v3.1.0
kind: DataContract
id: customers
name: Customers
version: 1.0.0
status: active
schema:
  - name: customers
    physicalType: table
    properties:
      - name: customer_id
        logicalType: string
        primaryKey: true
        required: true
${fields.join("")}`;
}

const bytes = new Map<string, Uint8Array>();

export function bytesOf(blob: string): Uint8Array {
  const known = bytes.get(blob);
  if (known !== undefined) return known;
  const made = new TextEncoder().encode(textOf(blob));
  bytes.set(blob, made);
  return made;
}

function textOf(blob: string): string {
  const number = Number.parseInt(blob.slice(2), 16);
  if (blob === CONFIG_BLOB) return CONFIG;
  if (blob === POLICY_BLOB) return POLICIES;
  if (blob.startsWith(PREFIX.contract)) return contractText(number);
  if (blob.startsWith(PREFIX.readme)) return `# Customers\n\nRevision ${number}.\n`;
  throw new Error(`no blob ${blob}`);
}
