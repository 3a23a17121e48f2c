import type { Config } from "./model.ts";

/** Finding codes that trigger no policy unless the policy says `ignore: []`. */
export const DEFAULT_IGNORE: readonly string[] = ["description.changed"];

/** `.choochoorc` as it is when nobody wrote one. Shared by every reading: never changed. */
export const defaultConfig: Config = {
  governance: { requireApproval: ["pii", "gdpr"], agent: null },
  contracts: {
    include: [
      "contracts/**",
      "**/contracts/**/*.{yaml,yml,json}",
      "**/*.{odcs,contract}.{yaml,yml}",
      "**/datacontract.{yaml,yml}",
      "**/models/**/*.{yml,yaml}",
      "**/*.avsc",
      "**/*.proto",
      "**/*.{graphql,graphqls,gql}",
      "**/*{openapi,asyncapi,swagger}*.{yaml,yml,json}",
      "**/*.schema.{json,yaml,yml}",
      "**/schemas/**/*.{json,yaml,yml}",
      "**/.fides/**",
    ],
    exclude: [],
    maxFileBytes: 2_097_152,
    mappings: [],
  },
  environments: null,
  teams: { designated: [], executive: [] },
  roles: {},
  approvals: { bindTo: "content", includeChildTeams: false, unknownContributors: "add-one", apps: [] },
  override: {
    label: "governance-override",
    teams: [],
    repositoryAdmins: false,
    ttlHours: 4,
    postHocReviewHours: 72,
    blockWhileOverdue: false,
  },
  agents: { automation: ["dependabot[bot]", "renovate[bot]"] },
  enrolment: {},
  check: { name: "per-pattern", pending: "action_required", perPolicy: true, comment: false },
  risk: { tagWeights: {}, thresholds: { low: 3.0, medium: 6.0, high: 8.0 } },
  plan: {
    branch: {},
    promote: { development: "on-merge", staging: "on-merge", production: "manual" },
  },
  vocabulary: { synonyms: {}, keywords: [], order: [], categories: {} },
  lineage: { files: [".choochoo/lineage.yaml"] },
  notify: [],
};
