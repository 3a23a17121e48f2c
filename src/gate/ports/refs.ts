export interface RepositoryRef {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** Account id of the owner. */
  readonly ownerId: number;
  readonly installationId: number;
}

export interface PullRef {
  readonly repository: RepositoryRef;
  readonly number: number;
}
