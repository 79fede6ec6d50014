// A row of a sheet or a catalogue, marked in its table, with its text below it.

import { ApiError, call } from "./api.js";
import { TextView, scrollToMark } from "./text_view.js";
import { count } from "./text.js";
import { html, useEffect, useRef, useState } from "./lib.js";

const NO_COLUMNS = ["sheet", "caption"];
const AROUND = 60;
const PAGE = 1000;
const MOST_PAGES = 20;

export function TableView({ view, cited }) {
  const [rows, setRows] = useState(null);
  const [problem, setProblem] = useState("");
  const root = useRef(null);
  useEffect(() => {
    const control = new AbortController();
    readRows(view, control.signal).then(setRows).catch((error) => {
      if (error instanceof ApiError) setProblem(error.message);
      else if (error.name !== "AbortError") throw error;
    });
    return () => control.abort();
  }, [view.source]);
  useEffect(() => {
    root.current?.querySelector("tr.cited")?.scrollIntoView({ block: "nearest" });
    scrollToMark(root.current);
  }, [rows, cited.asked]);
  if (problem) return html`<p class="problem" role="alert">${problem}</p>`;
  if (!rows) return html`<p class="quiet">Opening …</p>`;
  const columns = [...new Set(rows.shown.flatMap((row) => Object.keys(row.metadata)))].filter((name) => !NO_COLUMNS.includes(name));
  const caption = view.metadata.caption || view.metadata.sheet || "";
  return html`<div class="table-view" ref=${root}>
    ${caption ? html`<p class="table-title">${caption}</p>` : null}
    <div class="scroll" tabindex="0" role="region" aria-label=${caption || "Table"}>
      <table>
        <thead><tr><th scope="col" class="row-number">Row</th>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${rows.shown.map((row) => html`<${Row} key=${row.source} row=${row} columns=${columns}
          isCited=${row.source === view.source} text=${cited.text ?? ""} />`)}</tbody>
      </table>
    </div>
    <p class="quiet">${rows.total > rows.shown.length ? `${rows.shown.length} of ${count(rows.total, "row")}, around the marked one` : count(rows.total, "row")}</p>
    <h3 class="small-title">The marked row, as it was read</h3>
    <${TextView} view=${view} cited=${cited} />
  </div>`;
}

function Row({ row, columns, isCited, text }) {
  const name = row.source.split("#").slice(1).join("#");
  return html`<tr class=${isCited ? "cited" : ""} aria-current=${isCited ? "true" : undefined}>
    <th scope="row" class="row-number">${name}</th>
    ${columns.map((column) => {
      const cell = [row.metadata[column] ?? ""].flat().join(", ");
      const isNamed = isCited && cell && text.toLowerCase().includes(`${column.toLowerCase()}: ${cell.toLowerCase()}`);
      return html`<td>${isNamed ? html`<b>${cell}</b>` : cell}</td>`;
    })}
  </tr>`;
}

/** Return the rows around that of a source, of the same sheet. */
async function readRows(view, signal) {
  const rows = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { query: view.origin, limit: PAGE, offset: page * PAGE };
    const { total, sources } = await call("/documents", { query, signal });
    rows.push(...sources.filter((one) => one.origin === view.origin && one.source !== one.origin));
    if ((page + 1) * PAGE >= total) break;
  }
  const own = rows.find((one) => one.source === view.source);
  const sheet = rows.filter((one) => one.metadata.sheet === own?.metadata.sheet).sort(byRow);
  const at = sheet.indexOf(own);
  const first = Math.max(0, Math.min(at - AROUND / 2, sheet.length - AROUND));
  return { shown: sheet.slice(first, first + AROUND), total: sheet.length };
}

const rowName = (one) => one.source.split("#").slice(1).join("#");
const byRow = (one, other) => rowName(one).localeCompare(rowName(other), "en", { numeric: true });
