/** GitHub says no: an HTTP status with GitHub's message. Actor methods throw it, routes answer with it. */
export class HubRefusal extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | null;
  constructor(status: number, message: string, errors: readonly unknown[] | null = null) {
    super(message);
    this.name = "HubRefusal";
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): HubRefusal {
  return new HubRefusal(404, "Not Found");
}

export function invalid(message: string, errors: readonly unknown[] = []): HubRefusal {
  return new HubRefusal(422, message, errors);
}
