const MAX_REDIRECTS = 3;

/**
 * A fetch that can only reach one origin: GitHub redirects renamed repositories, and nothing else may send our token elsewhere.
 * Rejects after `timeoutMs`, body included. `told` hears of every request: its status, null = no answer.
 */
export function createTransport(baseUrl: string, timeoutMs: number, told: (status: number | null) => void = () => {}): typeof fetch {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, "");
  const allowed = (url: URL) => url.origin === base.origin && (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`));

  return async function bounded(input, init) {
    let url = new URL(typeof input === "string" || input instanceof URL ? input : input.url);
    const signal = AbortSignal.timeout(timeoutMs);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      if (!allowed(url)) throw new Error(`refused to call ${url.origin}: not the configured GitHub`);
      const response = await fetch(url, { ...init, redirect: "manual", signal }).catch((error: unknown) => {
        told(null);
        throw error;
      });
      told(response.status);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || response.status === 304 || location === null) return response;
      await response.body?.cancel();
      // 301 and 302 turn other methods into GET in most clients; a write that is sent elsewhere as a read is no write.
      if (!["GET", "HEAD"].includes(init?.method ?? "GET") && response.status !== 307 && response.status !== 308) return response;
      url = new URL(location, url);
    }
    throw new Error("too many redirects");
  };
}
