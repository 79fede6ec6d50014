// What the server runs on, its limits, and the key of this window.

import { connection, openSession, session, storedKey } from "./api.js";
import { count, megabytes } from "./text.js";
import { html, useState, useStore } from "./lib.js";

export function KeyForm() {
  const { keyProblem } = useStore(session);
  const [key, setKey] = useState("");
  const [isBusy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    await openSession(key.trim());
    setBusy(false);
  };
  return html`<form class="key-form" onSubmit=${send}>
    <h1>This server asks for a key</h1>
    <p>Whoever runs it makes keys with <code>rag keys make</code>. The key is kept in this window until it is closed.</p>
    <label for="key">Key</label>
    <div class="key-line">
      <input id="key" type="password" autocomplete="off" spellcheck="false" required value=${key}
        aria-invalid=${Boolean(keyProblem)} aria-describedby="key-problem" onInput=${(event) => setKey(event.target.value)} />
      <button class="button primary" disabled=${isBusy || !key.trim()}>Use this key</button>
    </div>
    <p id="key-problem" class="problem" role="alert">${keyProblem}</p>
  </form>`;
}

const SCOPES = { read: "ask, search, read documents", write: "add and delete documents", admin: "see the numbers of the server" };

export function Settings() {
  const { settings, asksKey, store } = useStore(session);
  const { state } = useStore(connection);
  if (asksKey) return html`<${KeyForm} />`;
  if (!settings) return html`<h1>Settings</h1><p class="quiet">${state === "gone" ? "The server does not answer." : "Asking the server …"}</p>`;
  const { stores, limits, scopes, key } = settings;
  return html`<div class="settings">
    <h1>Settings</h1>
    <p class="lead">What this server runs on. It is set where the server is started: in <code>rag.toml</code>, and by options of <code>rag serve</code>.</p>
    <section aria-labelledby="stores">
      <h2 id="stores">Stores</h2>
      ${Object.entries(stores).map(([name, one]) => html`<div class="panel" key=${name}>
        <h3>${name}${name === store ? html` <span class="tag">asked now</span>` : null}</h3>
        <dl>
          <dt>Documents</dt><dd>${count(one.sources, "source")}, ${count(one.passages, "passage")}</dd>
          ${Object.entries(one).filter(([key]) => !["sources", "passages"].includes(key)).map(([label, value]) => html`
            <dt>${words(label)}</dt><dd>${show(value)}</dd>`)}
        </dl>
      </div>`)}
    </section>
    <section aria-labelledby="limits">
      <h2 id="limits">Limits</h2>
      <dl class="panel">
        ${limits.upload_bytes ? html`<dt>Largest file</dt><dd>${megabytes(limits.upload_bytes)}</dd>` : null}
        ${limits.queue ? html`<dt>Questions that may wait</dt><dd>${limits.queue}</dd>` : null}
        ${limits.timeout ? html`<dt>Time for a question</dt><dd>${count(limits.timeout, "second")}</dd>` : null}
      </dl>
    </section>
    <section aria-labelledby="access">
      <h2 id="access">Access</h2>
      <dl class="panel">
        <dt>Key</dt><dd>${storedKey() ? key : "none is needed: only this machine reaches the server"}</dd>
        <dt>May</dt><dd>${Object.keys(SCOPES).filter((scope) => scopes.includes(scope)).map((scope) => SCOPES[scope]).join("; ")}</dd>
      </dl>
      ${storedKey() ? html`<button type="button" class="button" onClick=${() => openSession("")}>Forget the key</button>` : null}
    </section>
  </div>`;
}

const words = (label) => label.charAt(0).toUpperCase() + label.slice(1).replaceAll("_", " ");

function show(value) {
  if (value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => `${words(name).toLowerCase()}: ${show(one)}`).join("; ");
  return String(value);
}
