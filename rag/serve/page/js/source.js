// A source beside what cites it: as a reader sees it, with the cited characters marked.

import { ApiError, call, callBytes, connection, documentPath } from "./api.js";
import { PdfView } from "./pdf_view.js";
import { TableView } from "./table_view.js";
import { TextView } from "./text_view.js";
import { createStore, html, useEffect, useRef, useState, useStore } from "./lib.js";
import { fileName, placeName, sourceName } from "./text.js";

/** The source that is open, with the span that is cited, if any: `{ source, start, end, page, text, serial }`. */
export const openedSource = createStore(null);

let opener = null;
let serial = 0;

/** Open a source at a span; `from` is the element that has the focus again afterwards. */
export function openSource(citation, from = null) {
  opener = from ?? opener;
  const current = openedSource.get();
  const isSame = current?.source === citation.source;
  openedSource.set({ ...citation, serial: isSame ? current.serial : ++serial, asked: ++serial });
  if (from) requestAnimationFrame(() => document.getElementById("source-title")?.focus({ preventScroll: isBeside() }));
}

const isBeside = () => matchMedia("(min-width: 1000px)").matches;

export function closeSource(returnsFocus = true) {
  openedSource.set(null);
  if (returnsFocus && opener?.isConnected) opener.focus();
  opener = null;
}

export function isOpened(citation) {
  const now = openedSource.get();
  return Boolean(now) && now.source === citation.source && now.start === citation.start && now.end === citation.end;
}

const isPdf = (source) => /\.pdf$/i.test(source.source);
const isRow = (view) => view.source !== view.origin && /\.(csv|tsv|xlsx|xlsm|xls|ods|jsonl|json)$/i.test(view.origin);

export function SourcePanel({ source }) {
  const [view, setView] = useState(null);
  const [problem, setProblem] = useState("");
  const [shown, setShown] = useState("");
  const { epoch } = useStore(connection);
  const panel = useRef(null);
  useEffect(() => {
    const control = new AbortController();
    setProblem("");
    call(documentPath(source.source), { signal: control.signal })
      .then(setView)
      .catch((error) => {
        if (error instanceof ApiError) setProblem(error.message);
        else if (error.name !== "AbortError") throw error;
      });
    return () => control.abort();
  }, [source.source, epoch]);
  useEffect(() => {
    const press = (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && closeSource();
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const forms = view ? formsOf(view) : [];
  const form = forms.find(([name]) => name === shown) ?? forms[0];
  return html`
    <aside class="source" id="source" ref=${panel} aria-labelledby="source-title">
      <header>
        <div class="source-names">
          <h2 id="source-title" tabindex="-1">${sourceName(source.source)}</h2>
          <p>${placeName(source) || source.source}</p>
        </div>
        <div class="source-tools">
          ${forms.length > 1 ? html`<div class="switch" role="group" aria-label="Shown as">
            ${forms.map(([name]) => html`<button key=${name} type="button" aria-pressed=${name === form[0]}
              onClick=${() => setShown(name)}>${name}</button>`)}</div>` : null}
          ${view?.has_file ? html`<${Download} source=${view} />` : null}
          <button type="button" class="icon-button" aria-label="Close the source" onClick=${() => closeSource()}>
            <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button>
        </div>
      </header>
      ${view && !view.is_whole ? html`<p class="aside-note">The file has changed or is gone since it was read. These are the passages that answers rest on.</p>` : null}
      <div class="source-body" tabindex="0" role="region" aria-label="Text of the source">
        ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
        ${!view && !problem ? html`<p class="quiet">Opening …</p>` : null}
        ${form ? html`<${form[1]} key=${form[0]} view=${view} cited=${source} showText=${() => setShown("Text")} />` : null}
      </div>
    </aside>`;
}

/** Return the ways to show a source, the best first. */
function formsOf(view) {
  if (isPdf(view) && view.has_file) return [["Pages", PdfView], ["Text", TextView]];
  if (isRow(view)) return [["Table", TableView], ["Text", TextView]];
  return [["Text", TextView]];
}

function Download({ source }) {
  const [problem, setProblem] = useState("");
  const save = async () => {
    setProblem("");
    try {
      saveFile(fileName(source.origin), await callBytes(documentPath(source.source, "/file")));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    }
  };
  return html`<button type="button" class="icon-button" aria-label="Download the original file" title=${problem || "Download the original file"} onClick=${save}>
    <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 3v9M6 8.500l4 4 4-4M4 16.500h12" /></svg></button>`;
}

/** Save bytes or text as a file of the user's. */
export function saveFile(name, content, type = "application/octet-stream") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
