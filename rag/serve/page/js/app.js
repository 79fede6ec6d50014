// The page: its views, the source beside them, and what is said of the server above them.

import { Ask, clearTurns } from "./ask.js";
import { checkReady, connection, openSession, sentence, session } from "./api.js";
import { Comparison } from "./comparison.js";
import { Descriptions } from "./descriptions.js";
import { Documents } from "./documents.js";
import { KeyForm, Settings } from "./settings.js";
import { SourcePanel, openedSource, closeSource } from "./source.js";
import { html, render, useEffect, useState, useStore } from "./lib.js";

const VIEWS = [
  ["ask", "Ask", Ask],
  ["documents", "Documents", Documents],
  ["descriptions", "Descriptions", Descriptions],
  ["comparison", "Comparison", Comparison],
  ["settings", "Settings", Settings],
];

function useView() {
  const read = () => location.hash.replace(/^#\/?/, "").split("?")[0] || "ask";
  const [view, setView] = useState(read);
  useEffect(() => {
    const change = () => {
      closeSource(false);
      setView(read());
    };
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return VIEWS.find(([name]) => name === view) ?? VIEWS[0];
}

function App() {
  const [name, title, View] = useView();
  const { asksKey, settings } = useStore(session);
  const source = useStore(openedSource);
  useEffect(() => {
    document.title = `${title} · Openbook`;
  }, [title]);
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#/ask"><${Mark} /> Openbook</a>
      <nav aria-label="Views">
        ${VIEWS.filter(([other]) => other !== "comparison" || settings?.has_comparison).map(([other, label]) => html`
          <a key=${other} href=${`#/${other}`} aria-current=${other === name ? "page" : undefined}>${label}</a>`)}
      </nav>
      <${StorePicker} />
    </header>
    <${Notice} />
    <div class=${`stage ${source && !asksKey ? "with-source" : ""}`}>
      <main id="main" tabindex="-1" class=${`view view-${name}`}>
        ${asksKey && name !== "settings" ? html`<${KeyForm} />` : html`<${View} />`}
      </main>
      ${source && !asksKey ? html`<${SourcePanel} key=${source.serial} source=${source} />` : null}
    </div>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M16 9.200C13.400 7.200 9.800 6.600 5.500 6.800v16c4.300-.2 7.900.4 10.500 2.400 2.600-2 6.200-2.600 10.500-2.400v-16c-4.300-.2-7.900.4-10.500 2.400zM16 9.200v16" />
    <path class="marker" d="M19.500 13.600c1.300-.6 2.600-.9 4-1" />
  </svg>`;
}

function StorePicker() {
  const { settings, store } = useStore(session);
  const names = Object.keys(settings?.stores ?? {});
  if (names.length < 2) return null;
  const choose = (event) => {
    closeSource(false);
    clearTurns();
    session.set((now) => ({ ...now, store: event.target.value }));
  };
  return html`<label class="store-picker"><span>Store</span>
    <select value=${store} onChange=${choose}>${names.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select>
  </label>`;
}

const NOTICES = {
  gone: ["warn", "The server does not answer. This page tries again by itself; nothing you typed is lost."],
  starting: ["wait", "The server is loading its models. Questions can be asked already, and wait until then."],
  failed: ["warn", "The server cannot answer questions:"],
  back: ["good", "The server is back."],
};

function Notice() {
  const { state, detail } = useStore(connection);
  const [kind, text] = NOTICES[state] ?? [];
  return html`<div class="notice-place" role="status">
    ${text ? html`<p class=${`notice notice-${kind}`}>${text}${state === "failed" ? ` ${sentence(detail)}` : ""}</p>` : null}
  </div>`;
}

openSession();
checkReady();
render(html`<${App} />`, document.getElementById("app"));
