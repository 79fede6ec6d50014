// Calls of the server: the key, the chosen store, streams, and whether the server is there at all.

import { createStore } from "./lib.js";

const KEY = "openbook-key";

/**
 * How the server is: "unknown", "ok", "starting", "failed" with a `detail`, "gone", or "back" for a moment. `epoch` counts
 * its returns.
 */
export const connection = createStore({ state: "unknown", detail: "", epoch: 0, wasGone: false });

/** What the server said of itself, whether it asks for a key, and the store that is asked. */
export const session = createStore({ settings: null, asksKey: false, keyProblem: "", store: "" });

/** An answer of the server that is an error, or none at all (`status` 0). */
export class ApiError extends Error {
  constructor(status, message, retryAfter = null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export const storedKey = () => sessionStorage.getItem(KEY) ?? "";

/** Return the server's reply as JSON. Raises ApiError. */
export async function call(path, options = {}) {
  const response = await send(path, options);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    lose();
    throw new ApiError(0, "The server stopped in the middle of its reply.");
  }
}

/** Return the bytes of a file. Raises ApiError. */
export async function callBytes(path, options = {}) {
  return await (await send(path, options)).arrayBuffer();
}

/** Yield the server-sent events of a reply as `{ event, data }`. Raises ApiError. */
export async function* callStream(path, options = {}) {
  const response = await send(path, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += value.replaceAll("\r", "");
      for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
        const event = readEvent(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (event) yield event;
      }
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    lose();
    throw new ApiError(0, "The server stopped in the middle of its reply.");
  } finally {
    reader.cancel().catch(() => {});
  }
}

function readEvent(text) {
  let event = "message";
  const data = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}

async function send(path, { method = "GET", json, body, signal, query = {} } = {}) {
  const url = new URL(path, location.origin);
  const { store } = session.get();
  for (const [name, value] of Object.entries({ ...(store ? { store } : {}), ...query })) url.searchParams.set(name, value);
  const headers = {};
  if (storedKey()) headers.Authorization = `Bearer ${storedKey()}`;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, { method, headers, body: json === undefined ? body : JSON.stringify(json), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    lose();
    throw new ApiError(0, "The server does not answer.");
  }
  if (!["starting", "failed"].includes(connection.get().state)) found();
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const message = sentence(problem.detail || problem.title || `The server answered ${response.status}.`);
  if (response.status === 401) {
    const isWrong = Boolean(storedKey());
    session.set((now) => ({ ...now, asksKey: true, keyProblem: isWrong ? message : "" }));
  }
  throw new ApiError(response.status, message, Number(response.headers.get("Retry-After")) || null);
}

/** Return a message of the server as a sentence. */
export function sentence(text) {
  const line = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** Return the path of a source below `/documents`. */
export const documentPath = (source, rest = "") => `/documents/${source.split("/").map(encodeURIComponent).join("/")}${rest}`;

/** Read what the server says of itself; with a key, take it for this window. Returns whether that worked. */
export async function openSession(key = null) {
  if (key !== null) {
    if (key) sessionStorage.setItem(KEY, key);
    else sessionStorage.removeItem(KEY);
  }
  try {
    const settings = await call("/settings");
    const names = Object.keys(settings.stores);
    session.set((now) => ({
      settings, asksKey: false, keyProblem: "",
      store: names.includes(now.store) ? now.store : names.length > 1 ? names[0] : "",
    }));
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401 && error.status !== 0) {
      session.set((now) => ({ ...now, asksKey: error.status === 403, keyProblem: error.message }));
    }
    return false;
  }
}

export const may = (scope) => Boolean(session.get().settings?.scopes.includes(scope));

// --- whether the server is there -------------------------------------------------------------------------------------

let looking = null;

function lose() {
  if (connection.get().state !== "gone") connection.set((now) => ({ ...now, state: "gone", wasGone: true }));
  look(1000);
}

function found() {
  const { state } = connection.get();
  if (state === "ok" || state === "back") return;
  if (state === "unknown") {
    connection.set((now) => ({ ...now, state: "ok" }));
    return;
  }
  connection.set((now) => ({ ...now, state: now.wasGone ? "back" : "ok", epoch: now.epoch + 1, wasGone: false }));
  openSession();
  setTimeout(() => connection.get().state === "back" && connection.set((now) => ({ ...now, state: "ok" })), 4000);
}

function look(wait) {
  clearTimeout(looking);
  looking = setTimeout(checkReady, wait);
}

/** Look whether the server is there and ready; again soon where it is not, and now and then where it is. */
export async function checkReady() {
  let status = 0;
  let reply = {};
  try {
    const response = await fetch("/readyz", { cache: "no-store" });
    status = response.status;
    reply = await response.json().catch(() => ({}));
  } catch {
    status = 0;
  }
  if (status === 0) {
    lose();
    look(1500);
  } else if (status === 503) {
    const state = reply.status === "failed" ? "failed" : "starting";
    if (connection.get().state !== state) connection.set((now) => ({ ...now, state, detail: reply.detail ?? "" }));
    look(state === "failed" ? 15000 : 1000);
  } else {
    found();
    look(15000);
  }
}
