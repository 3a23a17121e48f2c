import { protects, tagsInForce } from "../diff/change.ts";
import type { Contract, DataObject, Link, Tag } from "../model.ts";

/** What the lineage graph keeps of one contract: who it is, what it protects, what it is linked to. Plain JSON. */
export interface LineageSummary {
  readonly file: string;
  readonly key: string;
  readonly objects: readonly { readonly name: string; readonly physicalName: string | null }[];
  /** Places that carry protecting tags, with those of the object and contract around them. */
  readonly tagged: readonly { readonly object: string; readonly field: string; readonly keys: readonly string[] }[];
  readonly production: boolean;
  readonly critical: boolean;
  readonly links: readonly Omit<Link, "pos">[];
}

export function summarise(contract: Contract): LineageSummary {
  return {
    file: contract.file,
    key: contract.key,
    objects: contract.objects.map(({ name, physicalName }) => ({ name, physicalName })),
    tagged: contract.objects.flatMap((object) => taggedIn(contract, object)),
    production: contract.servers.some((server) => isProduction(server.environment)),
    critical: [contract.tags, ...contract.objects.map(({ tags }) => tags)].flat().some(isCritical),
    links: contract.links.map(({ upstream, downstream, carrier }) => ({ upstream, downstream, carrier })),
  };
}

function taggedIn(contract: Contract, object: DataObject): LineageSummary["tagged"] {
  return object.fields.flatMap((field) => {
    const keys = new Set(
      tagsInForce({ contract, object, field })
        .filter(protects)
        .map(({ key }) => key),
    );
    return keys.size === 0 ? [] : [{ object: object.name, field: field.path.join("."), keys: [...keys].sort() }];
  });
}

/** An environment that is not named like a test bed counts as production, as it does in the decision. */
function isProduction(environment: string | null): boolean {
  return (
    environment !== null && !/^(dev|develop|development|test|testing|qa|uat|stag|stage|staging|preprod|sandbox|local)$/i.test(environment)
  );
}

function isCritical(tag: Tag): boolean {
  return tag.key === "critical-data-element" || /^(critical|tier-?1|gold)$/i.test(tag.raw);
}
