/** Postgres text holds every character but NUL, which a comment body may carry as an escape. */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}

export function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}
