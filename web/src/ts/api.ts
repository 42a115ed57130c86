/** Calls to the server. Every call carries the header that a page of another site cannot send. */

import { say } from "./words.ts";

/** One field at fault, as RFC 9457 answers carry it. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) to the field. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** `application/problem+json` (RFC 9457), in the page's language. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
}

/** The server answered with a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** No answer came: no signal, or the server is away. What was sent may or may not have arrived. */
export class OfflineError extends Error {
  constructor() {
    super(say("offline"));
    this.name = "OfflineError";
  }
}

/** The headers that every call carries. */
export function headers(extra: Record<string, string> = {}): Record<string, string> {
  return { "X-CSRF": "1", "Accept-Language": document.documentElement.lang, ...extra };
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", ...init });
  } catch {
    throw new OfflineError();
  }
}

/** The problem that a body holds, or one that says no more than its status. */
export function readProblem(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "title" in body && typeof body.title === "string") {
    return { ...(body as Problem), status };
  }
  return { title: say("unexpected"), status };
}

async function answer<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw new ProblemError(readProblem(response.status, body));
  }
  return body as T;
}

/** Reads JSON. */
export async function getJson<T>(path: string): Promise<T> {
  return answer<T>(await send(path, { headers: headers({ Accept: "application/json" }) }));
}

/** Sends JSON; `token` is a bearer token where it is not the session that may do this. */
export async function postJson<T>(path: string, body: unknown, token?: string): Promise<T> {
  const extra: Record<string, string> = { "Content-Type": "application/json", Accept: "application/json" };
  if (token !== undefined) {
    extra["Authorization"] = `Bearer ${token}`;
  }
  return answer<T>(await send(path, { method: "POST", headers: headers(extra), body: JSON.stringify(body) }));
}

/** Reads a fragment of HTML as a document of its own; its scripts do not run. */
export async function getFragment(path: string): Promise<Document> {
  const response = await send(path, { headers: headers({ Accept: "text/html" }) });
  if (!response.ok) {
    throw new ProblemError(readProblem(response.status, null));
  }
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
