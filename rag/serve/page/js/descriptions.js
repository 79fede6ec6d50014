// Product descriptions: fields in, texts out, each phrase linked to the field that it states.

import { ApiError, call, session } from "./api.js";
import { count, offsets } from "./text.js";
import { createStore, html, useState, useStore } from "./lib.js";
import { readCsv, writeCsv } from "./csv.js";
import { saveFile } from "./source.js";

const CHANNELS = [
  ["title", "Title"], ["bullets", "Bullets"], ["short", "Short text"], ["long", "Long text"], ["meta_title", "Meta title"],
  ["meta_description", "Meta description"], ["alt_text", "Alt text"], ["json_ld", "JSON-LD"], ["reviews", "Reviews"],
];
const NAMES = Object.fromEntries(CHANNELS);
const MOST_PRODUCTS = 200;

const EXAMPLE = [
  ["name", "Nova kettle"], ["brand", "Acme"], ["colour", "copper"], ["capacity_l", "1.7"], ["cordless", "yes"],
  ["dishwasher safe", "no"], ["sku", "AC-1180"],
];

/** What is given, and what came of it; it stays while other views are shown. */
const work = createStore({
  form: "fields", rows: [["name", ""], ["brand", ""], ["colour", ""]], json: "", channels: ["title", "bullets", "long"],
  given: [], described: [], at: 0, state: "idle", problem: "", file: "",
});
/** The fields that the pointer is on, and that has the focus; the pointer's is shown. */
const pointed = createStore("");
const focused = createStore("");

function useLink() {
  const under = useStore(pointed);
  const entered = useStore(focused);
  return under || entered;
}

/** Return the attributes of what is linked to a field. */
const linkTo = (name) => name && {
  onMouseEnter: () => pointed.set(name), onMouseLeave: () => pointed.set(""),
  onFocusIn: () => focused.set(name), onFocusOut: () => focused.set(""),
};

const set = (changes) => work.set((now) => ({ ...now, ...changes }));

/** Return the products that are given, as objects of fields. Raises Error with one line for a person. */
function readProducts({ form, rows, json, given }) {
  if (form === "csv") {
    if (!given.length) throw new Error("Choose a CSV file first.");
    return given;
  }
  if (form === "json") {
    let value;
    try {
      value = JSON.parse(json);
    } catch (error) {
      throw new Error(`This is no JSON: ${error.message}.`);
    }
    const products = Array.isArray(value) ? value : [value];
    if (!products.every((one) => one && typeof one === "object" && !Array.isArray(one))) {
      throw new Error("Give an object of fields, or a list of such objects.");
    }
    return products;
  }
  const filled = rows.map(([name, value]) => [name.trim(), value.trim()]).filter(([name, value]) => name && value);
  if (!filled.length) throw new Error("Fill in a field first.");
  const names = filled.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice) throw new Error(`The field ${twice} is there twice.`);
  return [Object.fromEntries(filled)];
}

async function describe() {
  const now = work.get();
  let products;
  try {
    products = readProducts(now);
    if (products.length > MOST_PRODUCTS) throw new Error(`${products.length} products; at most ${MOST_PRODUCTS} at once.`);
  } catch (error) {
    set({ problem: error.message });
    return;
  }
  set({ state: "writing", problem: "" });
  try {
    const reply = await call("/describe", { method: "POST", json: { products, channels: now.channels } });
    const described = reply.products.map((one, at) => ({ ...one, fields: products[at], approved: false, texts: textsOf(one.texts) }));
    set({ described, at: 0, state: "done" });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    set({ state: "idle", problem: error.message });
  }
}

/** Return the texts with offsets in the units of this language. */
function textsOf(texts) {
  return Object.fromEntries(Object.entries(texts).map(([channel, one]) => {
    const place = offsets(one.text ?? "");
    return [channel, { ...one, spans: one.spans.map((span) => ({ ...span, start: place(span.start), end: place(span.end) })) }];
  }));
}

export function Descriptions() {
  const now = useStore(work);
  return html`<div class="descriptions">
    <h1>Product descriptions</h1>
    <p class="lead">Fields in, texts out. A text says what the fields say, and nothing else.</p>
    <div class="bench">
      <${Input} now=${now} />
      <${Output} now=${now} />
    </div>
  </div>`;
}

function Input({ now }) {
  const toggle = (channel) => set({
    channels: CHANNELS.map(([name]) => name).filter((name) => now.channels.includes(name) !== (name === channel)),
  });
  return html`<form class="given" onSubmit=${(event) => { event.preventDefault(); describe(); }}>
    <div class="row-line">
      <h2>Fields</h2>
      <div class="switch" role="group" aria-label="Fields as">
        ${[["fields", "Form"], ["json", "JSON"], ["csv", "CSV"]].map(([form, label]) => html`
          <button key=${form} type="button" aria-pressed=${now.form === form} onClick=${() => set({ form, problem: "" })}>${label}</button>`)}
      </div>
    </div>
    ${now.form === "fields" ? html`<${Rows} now=${now} />` : null}
    ${now.form === "json" ? html`<label class="hidden" for="json">Fields as JSON</label>
      <textarea id="json" class="code" rows="11" spellcheck="false" value=${now.json} onInput=${(event) => set({ json: event.target.value })}
        placeholder=${'{"name": "Nova kettle", "colour": "copper"}'}></textarea>` : null}
    ${now.form === "csv" ? html`<${CsvChoice} now=${now} />` : null}
    <fieldset class="channels">
      <legend>Texts</legend>
      ${CHANNELS.map(([channel, label]) => html`<label key=${channel}>
        <input type="checkbox" checked=${now.channels.includes(channel)} onChange=${() => toggle(channel)} /> ${label}</label>`)}
    </fieldset>
    <div class="pair">
      <button class="button primary" disabled=${now.state === "writing" || !now.channels.length}>${now.state === "writing" ? "Writing …" : "Describe"}</button>
      ${now.form === "fields" ? html`<button type="button" class="button" onClick=${() => set({ rows: EXAMPLE.map((row) => [...row]) })}>Fill in an example</button>` : null}
    </div>
    ${now.problem ? html`<p class="problem" role="alert">${now.problem}</p>` : null}
  </form>`;
}

function Rows({ now }) {
  const link = useLink();
  const product = now.described[now.at];
  const edit = (at, column, value) => set({ rows: now.rows.map((row, index) => (index === at ? row.with(column, value) : row)) });
  const drop = (at) => set({ rows: now.rows.filter((_, index) => index !== at) });
  const isStated = (name) => product && Object.values(product.texts).some((text) => text.spans.some((span) => isOf(span.field, name)));
  return html`<div class="rows">
    ${now.rows.map(([name, value], at) => html`
      <div key=${at} class=${`field-row ${name && isOf(link, name.trim()) ? "linked" : ""} ${isStated(name.trim()) ? "stated" : ""}`} ...${linkTo(name.trim())}>
        <input aria-label=${`Name of field ${at + 1}`} placeholder="name" value=${name} onInput=${(event) => edit(at, 0, event.target.value)} />
        <input aria-label=${name.trim() ? `Value of ${name.trim()}` : `Value of field ${at + 1}`} placeholder="value" value=${value}
          onInput=${(event) => edit(at, 1, event.target.value)} />
        <button type="button" class="icon-button" aria-label=${`Remove field ${name.trim() || at + 1}`} onClick=${() => drop(at)}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button>
      </div>`)}
    <button type="button" class="link" onClick=${() => set({ rows: [...now.rows, ["", ""]] })}>Add a field</button>
  </div>`;
}

function CsvChoice({ now }) {
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      const given = readCsv(await file.text());
      set({ given, file: file.name, problem: "" });
    } catch (error) {
      set({ given: [], file: "", problem: error.message });
    }
  };
  return html`<div class="csv">
    <label for="csv">A CSV file: a row for each product, a column for each field</label>
    <input id="csv" type="file" accept=".csv,.tsv,text/csv" onChange=${choose} />
    ${now.file ? html`<p class="quiet">${now.file}: ${count(now.given.length, "product")}</p>` : null}
  </div>`;
}

function Output({ now }) {
  if (!now.described.length) {
    return html`<section class="result blank" aria-label="Texts"><p class="quiet">The texts come here. Each phrase shows the field that it states.</p></section>`;
  }
  const product = now.described[now.at];
  const change = (changes) => set({ described: now.described.map((one, at) => (at === now.at ? { ...one, ...changes } : one)) });
  return html`<section class="result" aria-label="Texts">
    <div class="row-line">
      <h2>${product.fields.name ?? product.fields.title ?? "Texts"}</h2>
      ${now.described.length > 1 ? html`<div class="pair pager">
        <button type="button" class="button small" disabled=${now.at === 0} onClick=${() => set({ at: now.at - 1 })}>Previous</button>
        <span class="quiet" role="status">${now.at + 1} of ${now.described.length}</span>
        <button type="button" class="button small" disabled=${now.at === now.described.length - 1} onClick=${() => set({ at: now.at + 1 })}>Next</button>
      </div>` : null}
    </div>
    ${Object.entries(product.texts).map(([channel, text]) => html`
      <${Channel} key=${`${now.at}-${channel}`} channel=${channel} text=${text}
        change=${(next) => change({ texts: { ...product.texts, [channel]: next }, approved: false })} />`)}
    <${NotStated} product=${product} />
    ${now.form !== "fields" ? html`<${FieldList} product=${product} />` : null}
    <div class="pair finish">
      <label class="approve"><input type="checkbox" checked=${product.approved} onChange=${() => change({ approved: !product.approved })} /> Approved</label>
      <button type="button" class="button" onClick=${() => save(now.described, "csv")}>Download CSV</button>
      <button type="button" class="button" onClick=${() => save(now.described, "json")}>Download JSON</button>
    </div>
  </section>`;
}

function Channel({ channel, text, change }) {
  const [draft, setDraft] = useState(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text.text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  const keep = (event) => {
    event.preventDefault();
    change(edited(text, draft));
    setDraft(null);
  };
  return html`<article class="channel">
    <div class="row-line">
      <h3>${NAMES[channel] ?? channel}${text.isEdited ? html` <span class="tag">edited</span>` : null}</h3>
      ${text.text && draft === null ? html`<div class="pair">
        <button type="button" class="link" onClick=${() => setDraft(text.text)}>Edit</button>
        <button type="button" class="link" onClick=${copy}>${isCopied ? "Copied" : "Copy"}</button>
      </div>` : null}
    </div>
    ${!text.text ? html`<p class="problem">Not written: ${text.reason ?? "no field says anything for it"}</p>` : null}
    ${draft !== null ? html`<form onSubmit=${keep}>
      <label class="hidden" for=${`edit-${channel}`}>${NAMES[channel]}</label>
      <textarea id=${`edit-${channel}`} rows="5" value=${draft} onInput=${(event) => setDraft(event.target.value)}></textarea>
      <div class="pair"><button class="button small primary">Keep</button>
        <button type="button" class="button small" onClick=${() => setDraft(null)}>Cancel</button></div>
    </form>` : null}
    ${text.text && draft === null ? html`<${Phrases} channel=${channel} text=${text} />` : null}
  </article>`;
}

/** Return a text after an edit: the phrases that it left alone keep their fields. */
function edited(text, next) {
  const before = text.text;
  let head = 0;
  while (head < before.length && before[head] === next[head]) head++;
  let tail = 0;
  while (tail < Math.min(before.length, next.length) - head && before.at(-1 - tail) === next.at(-1 - tail)) tail++;
  const shift = next.length - before.length;
  const spans = text.spans.flatMap((span) => {
    if (span.end <= head) return [span];
    if (span.start >= before.length - tail) return [{ ...span, start: span.start + shift, end: span.end + shift }];
    return [];
  });
  return { ...text, text: next, spans, isEdited: text.isEdited || next !== before };
}

const isOf = (key, name) => Boolean(key) && Boolean(name) && (key === name || key.startsWith(`${name}:`));

/** The words of a text; those that state a field are linked to it. */
function Phrases({ channel, text }) {
  const link = useLink();
  const isCode = channel === "json_ld";
  const pieces = (start, end) => {
    const parts = [];
    let at = start;
    for (const span of outermost(text.spans)) {
      if (span.start < at || span.end > end) continue;
      parts.push(text.text.slice(at, span.start));
      parts.push(html`<${Phrase} field=${span.field} isLinked=${isOf(link, span.field) || isOf(span.field, link)}>${text.text.slice(span.start, span.end)}<//>`);
      at = span.end;
    }
    parts.push(text.text.slice(at, end));
    return parts;
  };
  if (isCode) return html`<pre tabindex="0"><code>${text.text}</code></pre>`;
  let start = 0;
  const lines = text.text.split("\n").map((line) => {
    const one = { line, start, end: start + line.length };
    start += line.length + 1;
    return one;
  }).filter(({ line }) => line.trim());
  const isList = channel === "bullets" || channel === "reviews";
  if (isList) return html`<ul>${lines.map((one) => html`<li>${pieces(one.start, one.end)}</li>`)}</ul>`;
  return html`<div class="copy">${lines.map((one) => html`<p>${pieces(one.start, one.end)}</p>`)}</div>`;
}

/** Return spans without those that lie in another one. */
function outermost(spans) {
  return spans
    .filter((span) => !spans.some((other) => other !== span && other.start <= span.start && other.end >= span.end
      && (other.end - other.start > span.end - span.start)))
    .sort((one, other) => one.start - other.start);
}

function Phrase({ field, isLinked, children }) {
  const name = field.split(":")[0];
  return html`<span class=${`phrase ${isLinked ? "linked" : ""}`} tabindex="0" role="note" aria-label=${`${children}, from the field ${name}`} data-field=${name} title=${`Field: ${name}`} ...${linkTo(name)}>${children}</span>`;
}

function NotStated({ product }) {
  const lines = [
    ...product.hidden.map(({ field, reason }) => [field, reason]),
    ...(product.left_out ?? []).map((field) => [field, "no sentence can say it truly"]),
    ...product.omitted.map((field) => [field, "there was no room in the paragraph"]),
    ...Object.entries(product.texts).flatMap(([channel, text]) => (text.cut ?? []).map((field) => [field, `cut from the ${NAMES[channel].toLowerCase()}, which had to be shorter`])),
  ];
  if (!lines.length) return null;
  return html`<div class="not-stated">
    <h3>Not stated</h3>
    <dl>${lines.map(([field, reason]) => html`<dt>${field.split(":")[0]}</dt><dd>${reason}</dd>`)}</dl>
  </div>`;
}

/** The fields of a product that came from a file or as JSON, linked to the phrases. */
function FieldList({ product }) {
  const link = useLink();
  return html`<div class="field-list"><h3>Fields</h3><dl>
    ${Object.entries(product.fields).map(([name, value]) => html`
      <div class=${`field-entry ${isOf(link, name) ? "linked" : ""}`} tabindex="0" role="note" aria-label=${`Field ${name}: ${show(value)}`} ...${linkTo(name)}>
        <dt>${name}</dt><dd>${show(value)}</dd></div>`)}
  </dl></div>`;
}

const show = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));

function save(described, form) {
  if (form === "json") {
    const content = described.map(({ fields, texts, approved }) => ({
      fields, approved, texts: Object.fromEntries(Object.entries(texts).map(([channel, text]) => [channel, text.text])),
    }));
    saveFile("descriptions.json", `${JSON.stringify(content, null, 2)}\n`, "application/json");
    return;
  }
  const names = [...new Set(described.flatMap((one) => Object.keys(one.fields)))];
  const channels = [...new Set(described.flatMap((one) => Object.keys(one.texts)))];
  const rows = described.map((one) => [
    ...names.map((name) => (name in one.fields ? show(one.fields[name]) : "")),
    ...channels.map((channel) => one.texts[channel]?.text ?? ""), one.approved ? "yes" : "no",
  ]);
  saveFile("descriptions.csv", writeCsv([[...names, ...channels, "approved"], ...rows]), "text/csv");
}
