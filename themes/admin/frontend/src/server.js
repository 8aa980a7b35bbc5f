// Asking the server: one way for all scripts, so that secrets, errors and lost connections are treated alike.

const meta = (name) => document.querySelector(`meta[name="${name}"]`);

// The secret that forms and scripts prove themselves with.
export function secret() {
  return meta("csrf")?.content ?? "";
}

export function setSecret(value) {
  if (!value) return;
  const tag = meta("csrf");
  if (tag) tag.content = value;
  for (const field of document.querySelectorAll('input[type="hidden"][name="csrf"]')) field.value = value;
}

// Log-in name of who reads the page.
export function person() {
  return meta("person")?.content ?? "";
}

// The server could not be asked: no connection, or it did not answer in time.
export class Unreachable extends Error {}

// The server refused: `status`, and `problem` as it told it ({title, detail, key, …}), if it did.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem ?? {};
  }
}

// Sends fields (FormData, URLSearchParams or pairs) as a form, and gives back what the server answered as JSON.
// A secret that has become outdated is renewed once.
export async function post(address, fields, { signal, patience = 30_000, again = true } = {}) {
  const body = new URLSearchParams(fields);
  const answer = await ask(address, { method: "POST", body, signal }, patience);
  if (answer.ok) return answer.status === 204 ? null : answer.json().catch(() => null);
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 403 && problem.csrf && again) {
    setSecret(problem.csrf);
    return post(address, fields, { signal, patience, again: false });
  }
  throw new Refused(answer.status, problem);
}

// Reads an address as JSON.
export async function get(address, { signal, patience = 30_000 } = {}) {
  const answer = await ask(address, { signal }, patience);
  if (answer.ok) return answer.json();
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

async function ask(address, options, patience) {
  const headers = { accept: "application/json", "x-csrf-token": secret() };
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  options.signal?.addEventListener("abort", () => stop.abort());
  try {
    return await fetch(address, { ...options, headers, signal: stop.signal, credentials: "same-origin", redirect: "error" });
  } catch (error) {
    throw new Unreachable(error.message);
  } finally {
    clearTimeout(timer);
  }
}
