import { enrolled, enrolmentOf } from "../engine/policy/enrolment.ts";
import type { PolicyReading } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import type { GateDeps } from "./deps.ts";
import { isPolicyRepository, policyRepositoryOf } from "./organisation.ts";
import { asOrigin } from "./policy-in-force.ts";
import type { RepositoryRef } from "./ports.ts";

/** The policy in force as far as the ledger alone knows it: to name the check of a fault, never to pass anything. */
export interface RememberedPolicy {
  readonly reading: PolicyReading;
  readonly commit: string;
}

/** null = the repository is not under the gate, or nobody knows yet: then nothing is posted there. */
export async function rememberedPolicy(deps: GateDeps, repository: RepositoryRef): Promise<RememberedPolicy | null> {
  const pinned = deps.policyRepositories ?? new Map();
  const version = await deps.ledger.policyVersion(repository);
  if (version === null) return null;
  const isOrganisations = isPolicyRepository(pinned, repository);
  const home = isOrganisations ? null : policyRepositoryOf(pinned, repository);
  const theirs = home === null ? [] : asOrigin((await deps.ledger.policyVersion(home))?.sources ?? [], "org");
  const organisation = parsePolicySet(theirs);
  const modes = theirs.length > 0 && organisation.status === "ok" ? organisation.set.config.enrolment : {};
  const own = asOrigin(version.sources, isOrganisations ? "org" : "repo");
  const mode = isOrganisations ? (own.length > 0 ? "enforce" : "off") : enrolmentOf(modes, repository.name, own.length > 0);
  return mode === "off" ? null : { reading: enrolled(parsePolicySet([...theirs, ...own]), mode), commit: version.commit };
}
