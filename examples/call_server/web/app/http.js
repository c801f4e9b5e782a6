/** What the server, or the way to it, answered instead of what was asked for. */
export class RequestError extends Error {
  /** @param {{status: number, reason: string, message: string, retryAfter?: number}} details status 0: nobody answered */
  constructor({ status, reason, message, retryAfter = 0 }) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may well succeed in a while. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.reason === "notReady";
  }
}

const patience = 15000;

/** Sends one request. Resolves to the parsed body, or null; rejects with a RequestError. */
export async function request(method, path, body) {
  return (await exchange(method, path, body)).answer;
}

async function exchange(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new RequestError({ status: 0, reason: "offline", message: "no answer" });
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return { answer, link: response.headers.get("Link") };
  throw new RequestError({
    status: response.status,
    reason: answer?.reason ?? "unknown",
    message: answer?.message ?? `status ${response.status}`,
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
  });
}

export const get = (path) => request("GET", path);
/** A whole list: the server gives it page by page, and each page says where the next one is. */
export async function getAll(path) {
  const all = [];
  let next = path;
  while (next) {
    const { answer, link } = await exchange("GET", next);
    all.push(...answer);
    const query = /^<(\?[^>]*)>; rel="next"$/.exec(link ?? "")?.[1];
    next = query ? path + query : null;
  }
  return all;
}

export const post = (path, body) => request("POST", path, body);
