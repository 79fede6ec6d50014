// The documents of a store: add files and folders, see what came of each, search, look, delete.

import { ApiError, call, connection, documentPath, may, session } from "./api.js";
import { Confirm } from "./dialog.js";
import { closeSource, isOpened, openSource, openedSource } from "./source.js";
import { count, fileName, megabytes } from "./text.js";
import { createStore, html, useEffect, useMemo, useRef, useState, useStore } from "./lib.js";

const MOST_FILES = 20;
const MOST_BYTES = 40_000_000;
const POLL = 400;

/** Files that were given in this window: `{ id, name, size, state, notes, job }`, the last ones first. */
const uploads = createStore([]);
/** Grows with each change of the documents, so that lists are read again. */
const revision = createStore(0);
let serial = 0;

const isOpen = (upload) => ["waiting", "sending", "reading"].includes(upload.state);

function change(ids, changes) {
  uploads.set((all) => all.map((one) => (ids.includes(one.id) ? { ...one, ...changes } : one)));
}

/** Send files in requests of a sensible size, one after the other, and follow their jobs. */
async function add(files) {
  const limit = session.get().settings?.limits.upload_bytes ?? Infinity;
  const added = files.map(({ file, name }) => ({
    id: ++serial, file, name, size: file.size, notes: [], job: null,
    ...(file.size > limit ? { state: "refused", notes: [`larger than ${megabytes(limit)}, which is the most that is taken`] } : { state: "waiting" }),
  }));
  uploads.set((all) => [...added, ...all]);
  const batches = [];
  let bytes = Infinity;
  for (const upload of added.filter((one) => one.state === "waiting")) {
    if (bytes + upload.size > MOST_BYTES || batches[batches.length - 1].length >= MOST_FILES) {
      batches.push([]);
      bytes = 0;
    }
    batches[batches.length - 1].push(upload);
    bytes += upload.size;
  }
  for (const batch of batches) await send(batch);
}

async function send(batch) {
  const waiting = batch.filter((upload) => uploads.get().find((one) => one.id === upload.id)?.state === "waiting");
  if (!waiting.length) return;
  const ids = waiting.map((upload) => upload.id);
  const body = new FormData();
  for (const { file, name } of waiting) body.append("files", file, name);
  change(ids, { state: "sending" });
  try {
    const job = await call("/documents", { method: "POST", body });
    change(ids, { state: "reading", job: job.id });
    await followJob(job.id, waiting);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    change(stillOpen(ids), { state: "refused", notes: [error.message] });
  }
}

const stillOpen = (ids) => ids.filter((id) => isOpen(uploads.get().find((one) => one.id === id)));

async function followJob(id, batch) {
  for (let told = 0; ; ) {
    const job = await call(`/jobs/${id}`);
    job.results.slice(told).forEach((result, at) => {
      const upload = batch[told + at];
      if (upload) change([upload.id], { state: result.taken ? "taken" : "refused", notes: [...result.problems, ...result.warnings] });
    });
    if (job.results.length > told) revision.set((number) => number + 1);
    told = job.results.length;
    if (["done", "failed", "cancelled"].includes(job.state)) {
      const left = stillOpen(batch.map((upload) => upload.id));
      change(left, job.state === "cancelled" ? { state: "stopped", notes: ["stopped before it was read"] }
        : { state: "refused", notes: [job.error ?? "not read"] });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

async function stopAll() {
  const open = uploads.get().filter(isOpen);
  change(open.filter((one) => one.state === "waiting").map((one) => one.id), { state: "stopped", notes: ["stopped before it was sent"] });
  for (const job of new Set(open.map((one) => one.job).filter(Boolean))) {
    await call(`/jobs/${job}`, { method: "DELETE" }).catch(() => {});
  }
}

export function Documents() {
  useStore(session);
  return html`<div class="documents">
    <h1>Documents</h1>
    ${may("write") ? html`<${Drop} />` : html`<p class="quiet">This key may read documents, and not change them.</p>`}
    <${Uploads} />
    <${List} />
  </div>`;
}

function Drop() {
  const [isOver, setOver] = useState(false);
  const files = useRef(null);
  const folder = useRef(null);
  const drop = async (event) => {
    event.preventDefault();
    setOver(false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const found = (await Promise.all(entries.map((entry) => filesOf(entry)))).flat();
    if (found.length) add(found);
  };
  const choose = (event) => {
    const chosen = [...event.target.files].filter((file) => !file.name.startsWith("."));
    add(chosen.map((file) => ({ file, name: file.webkitRelativePath || file.name })));
    event.target.value = "";
  };
  return html`<div class=${`drop ${isOver ? "over" : ""}`} onDrop=${drop}
      onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}>
    <p><b>Drop files or a folder here</b></p>
    <p class="quiet">Text, Markdown, HTML, PDF, Word, Excel, PowerPoint, mail, CSV and JSON lines${limitText()}.</p>
    <div class="pair">
      <button type="button" class="button primary" onClick=${() => files.current.click()}>Choose files</button>
      <button type="button" class="button" onClick=${() => folder.current.click()}>Choose a folder</button>
    </div>
    <input ref=${files} class="hidden" type="file" multiple tabindex="-1" aria-label="Files to add" onChange=${choose} />
    <input ref=${folder} class="hidden" type="file" multiple webkitdirectory tabindex="-1" aria-label="Folder to add" onChange=${choose} />
  </div>`;
}

const limitText = () => {
  const limit = session.get().settings?.limits.upload_bytes;
  return limit ? `; up to ${megabytes(limit)} each` : "";
};

async function filesOf(entry, path = "") {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: `${path}${entry.name}` }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const inner of entries) found.push(...(await filesOf(inner, `${path}${entry.name}/`)));
  }
}

const STATES = {
  waiting: ["Waiting", "quiet"], sending: ["Sending", "busy"], reading: ["Reading", "busy"], taken: ["Added", "good"],
  refused: ["Left out", "bad"], stopped: ["Stopped", "quiet"],
};

function Uploads() {
  const all = useStore(uploads);
  if (!all.length) return null;
  const open = all.filter(isOpen).length;
  const taken = all.filter((one) => one.state === "taken").length;
  const refused = all.filter((one) => one.state === "refused").length;
  const summary = open
    ? `${count(all.length - open, "file")} of ${all.length} done`
    : [`${count(taken, "file")} added`, ...(refused ? [`${refused} left out`] : [])].join(", ");
  return html`<section class="uploads" aria-label="Added files">
    <div class="row-line">
      <p role="status">${summary}</p>
      ${open ? html`<button type="button" class="button small" onClick=${stopAll}>Stop</button>`
        : html`<button type="button" class="button small" onClick=${() => uploads.set([])}>Clear the list</button>`}
    </div>
    <progress max=${all.length} value=${all.length - open} aria-label="Files done"></progress>
    <ul>${all.slice(0, 200).map((one) => html`
      <li key=${one.id} class=${`upload upload-${STATES[one.state][1]}`}>
        <span class="upload-name">${one.name}</span>
        <span class="upload-state">${one.state === "taken" && one.notes.length ? "Added in part" : STATES[one.state][0]}</span>
        ${one.notes.length ? html`<ul class="notes">${one.notes.map((note) => html`<li>${note}</li>`)}</ul>` : null}
      </li>`)}</ul>
    ${all.length > 200 ? html`<p class="quiet">and ${all.length - 200} more</p>` : null}
  </section>`;
}

function List() {
  const [query, setQuery] = useState("");
  const [sources, setSources] = useState(null);
  const [total, setTotal] = useState(0);
  const [problem, setProblem] = useState("");
  const [doomed, setDoomed] = useState(null);
  const { epoch } = useStore(connection);
  const { store } = useStore(session);
  const changes = useStore(revision);
  useStore(openedSource);
  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const reply = await call("/documents", { query: { query }, signal: control.signal });
        setSources(reply.sources);
        setTotal(reply.total);
        setProblem("");
      } catch (error) {
        if (error instanceof ApiError) setProblem(error.message);
        else if (error.name !== "AbortError") throw error;
      }
    }, query ? 150 : 0);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [query, store, changes, epoch]);
  const files = useMemo(() => groupByFile(sources ?? []), [sources]);
  const remove = async (origin) => {
    setDoomed(null);
    try {
      await call(documentPath(origin), { method: "DELETE" });
      if (openedSource.get()?.source.split("#")[0] === origin) closeSource(false);
      revision.set((number) => number + 1);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    }
  };
  return html`<section class="library" aria-label="Documents of the store">
    <div class="search">
      <label class="hidden" for="search">Search by name</label>
      <input id="search" type="search" placeholder="Search by name" value=${query} onInput=${(event) => setQuery(event.target.value)} />
      <p class="quiet" role="status">${sources ? count(files.length, "document") : ""}${total > (sources?.length ?? 0) ? ` of the first ${sources.length} of ${total} entries` : ""}</p>
    </div>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${sources && !files.length ? html`<p class="empty">${query ? "No document has this in its name." : "There are no documents yet. Add some above."}</p>` : null}
    <ul class="files">${files.map((file) => html`
      <li key=${file.origin} class=${isOpened(file.first) ? "opened" : ""}>
        <button type="button" class="file" aria-expanded=${isOpened(file.first)} aria-controls="source"
            onClick=${(event) => openSource(file.first, event.currentTarget)}>
          <${FileIcon} name=${file.origin} />
          <span class="file-names"><span class="file-name">${file.title}</span>
            <span class="file-place">${file.title === fileName(file.origin) ? file.origin.slice(0, -file.title.length) : file.origin}</span></span>
          <span class="file-facts">${file.rows ? count(file.rows, "row") : count(file.chunks, "passage")}</span>
        </button>
        ${may("write") ? html`<button type="button" class="icon-button" aria-label=${`Delete ${fileName(file.origin)}`} onClick=${() => setDoomed(file)}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6M8.500 9v4.500M11.500 9v4.500" /></svg></button>` : null}
      </li>`)}</ul>
    ${doomed ? html`<${Confirm} title=${`Delete ${fileName(doomed.origin)}?`} action="Delete"
      onCancel=${() => setDoomed(null)} onConfirm=${() => remove(doomed.origin)}>
      <p>Answers can no longer rest on it. A file that was added here is removed from the server, too; one that was read from a folder stays there.</p>
    <//>` : null}
  </section>`;
}

/** Return the files that sources come from, each with its number of passages, and of rows where it is a catalogue. */
function groupByFile(sources) {
  const files = new Map();
  for (const { source, origin, chunks, metadata } of sources) {
    const file = files.get(origin) ?? {
      origin, chunks: 0, rows: 0, title: fileName(origin), first: { source, start: 0, end: 0, heading: [], page: null, text: "" },
    };
    file.chunks += chunks;
    if (source === origin && metadata.title) file.title = String(metadata.title);
    if (source !== origin) file.rows += 1;
    files.set(origin, file);
  }
  return [...files.values()];
}

function FileIcon({ name }) {
  const kind = (name.match(/\.([a-z0-9]{1,4})$/i)?.[1] ?? "file").toLowerCase();
  return html`<span class="file-kind" aria-hidden="true">${kind}</span>`;
}
