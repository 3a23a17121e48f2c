import { describe, expect, test } from "vitest";
import { type Access, evaluateAccess, fieldsOf, type Governance, type GovernanceSession, type Mode } from "../../src/runtime/index.ts";

const field = (path: string, tags: readonly string[] = [], masking: string | null = null) => ({ path, type: "string", tags, masking });
const session: GovernanceSession = {
  runtime_projection: {
    agent: "acme/contracts",
    environment: "production",
    policyDigest: "d",
    contracts: [
      {
        file: "contracts/customers.odcs.yaml",
        key: "customers",
        objects: [
          {
            name: "customers",
            tags: [],
            fields: [
              field("id"),
              field("email", ["pii"]),
              field("address", ["pii"]),
              field("address.city"),
              field("ssn", ["pii"], "sha256"),
            ],
          },
          { name: "cards", tags: ["pci"], fields: [field("number")] },
        ],
      },
      { file: "contracts/b.odcs.yaml", key: "b", objects: [{ name: "customers", tags: [], fields: [field("id", ["gdpr"])] }] },
    ],
  },
  review_hash: "r",
  compiler_version: "1",
};

function attached(mode: Mode): Governance {
  const known = { session, compiledHash: "h", planStatus: "APPROVED", because: "", httpStatus: 200 } as const;
  return { attachment: "attached", mode, blocking: mode !== "monitor", ...known };
}

const codes = (access: Access, mode: Mode = "govern") => {
  const { violations, compatibility, blocked } = evaluateAccess(attached(mode), { contract: "customers", ...access });
  return [...[...violations, ...compatibility].map((each) => `${each.code} ${each.field}`), ...(blocked ? ["blocked"] : [])];
};

describe("an access", () => {
  const rows: readonly [string, Access, readonly string[]][] = [
    ["to what is not governed", { object: "customers", fields: ["id"] }, []],
    ["to personal data", { object: "customers", fields: ["email"] }, ["tag_not_permitted email", "blocked"]],
    ["to personal data, written otherwise", { object: "CUSTOMERS", fields: ["Email"] }, ["tag_not_permitted email", "blocked"]],
    ["to personal data that is permitted", { object: "customers", fields: ["email"], permits: ["pii"] }, []],
    ["to a part of a governed field", { object: "customers", fields: ["address.city"] }, ["tag_not_permitted address", "blocked"]],
    ["to what the plan knows no parts of", { object: "customers", fields: ["email.domain"] }, ["tag_not_permitted email", "blocked"]],
    ["to all fields", { object: "customers", fields: ["*"], permits: ["pii"] }, ["not_masked ssn", "blocked"]],
    [
      "to a field that is masked otherwise",
      { object: "customers", fields: ["ssn"], permits: ["pii"], masks: { ssn: "none" } },
      ["not_masked ssn", "blocked"],
    ],
    ["to a field that is masked as it must be", { object: "customers", fields: ["ssn"], permits: ["pii"], masks: { SSN: "sha256" } }, []],
    ["to a field of a governed object", { object: "cards", fields: ["number"] }, ["tag_not_permitted number", "blocked"]],
    ["to an unknown field", { object: "customers", fields: ["nickname"] }, ["unknown_field nickname", "blocked"]],
    ["to an unknown object", { object: "orders", fields: ["*"] }, ["unknown_object null", "blocked"]],
    [
      "to an object of any contract",
      { object: "customers", fields: ["id"], contract: undefined as never },
      ["tag_not_permitted id", "blocked"],
    ],
  ];
  test.each(rows)("%s", (_, access, expected) => expect(codes(access)).toEqual(expected));

  test("is only told in monitor; what is unknown is advice in protect", () => {
    expect(codes({ object: "customers", fields: ["email", "nickname"] }, "monitor")).toEqual([
      "tag_not_permitted email",
      "unknown_field nickname",
    ]);
    expect(codes({ object: "customers", fields: ["nickname"] }, "protect")).toEqual(["unknown_field nickname"]);
    expect(codes({ object: "customers", fields: ["email"] }, "protect")).toContain("blocked");
  });

  test.each([true, false])("without a plan is blocked where the attachment blocks: %s", (blocking) => {
    const none = {
      attachment: "fetch_failed",
      session: null,
      compiledHash: null,
      planStatus: null,
      because: "down",
      httpStatus: null,
    } as const;
    const verdict = evaluateAccess({ ...none, mode: "govern", blocking }, { object: "customers", fields: ["id"] });
    expect(verdict).toMatchObject({ blocked: blocking, violations: [{ code: "not_attached", message: "down" }] });
  });
});

test("the fields of a record are its paths, through arrays too", () => {
  const record = { id: 1, address: { city: "x" }, orders: [{ total: 1 }, { note: null }], tags: ["a"] };
  expect([...fieldsOf(record)].sort()).toEqual(["address", "address.city", "id", "orders", "orders.note", "orders.total", "tags"]);
  expect(fieldsOf({})).toEqual([]);
});
