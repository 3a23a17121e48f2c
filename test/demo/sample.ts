/** The sample organisation of the demo: one contract with personal data, and the policy that guards it. */
export const POLICIES = `policies:
  - name: pii-change-policy
    description: "Requires Security Team approval for PII changes"
    trigger:
      tags: ["pii", "gdpr"]
      env: ["production"]
    approvers:
      - role: "security-engineer"
        team: "sec-ops"
        minApprovals: 1
    slaHours: 24
`;

export const CONFIG = `governance:
  requireApproval: [pii, gdpr]
roles:
  security-engineer: { team: sec-ops }
`;

export const CONTRACT = `apiVersion: v3.1.0
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
      - name: email
        logicalType: string
        description: Where receipts are sent
        tags: [pii]
      - name: phone
        logicalType: string
        tags: [pii]
      - name: country
        logicalType: string
`;

/** What the pull request does: a harmless looking tidy-up that drops a tag. */
export const STRIPPED = CONTRACT.replace(
  "        description: Where receipts are sent\n        tags: [pii]\n",
  "        description: Where receipts and newsletters are sent\n",
);

/** On top of the stripped contract: the phone number loses its tag too. */
export const HOTFIX = STRIPPED.replace(
  "      - name: phone\n        logicalType: string\n        tags: [pii]\n",
  "      - name: phone\n        logicalType: string\n",
);

/** The policy without its first tag: provably less than what is in force. */
export const LOOSER = POLICIES.replace('["pii", "gdpr"]', '["gdpr"]');
