// A source as text: titles, paragraphs, lists, tables and code, with the cited characters marked.

import { html, useEffect, useRef } from "./lib.js";
import { offsets } from "./text.js";

export function TextView({ view, cited }) {
  const root = useRef(null);
  useEffect(() => scrollToMark(root.current), [view, cited.asked]);
  const place = offsets(view.text);
  const span = cited.end > cited.start ? [place(cited.start), place(cited.end)] : [0, 0];
  const blocks = view.blocks.length
    ? view.blocks.map((one) => ({ ...one, start: place(one.start), end: place(one.end) }))
    : paragraphs(view.text);
  let page = null;
  return html`<div class="text" ref=${root}>
    ${blocks.map((block) => {
      const starts = block.page && block.page !== page;
      page = block.page ?? page;
      return html`${starts ? html`<p class="page-number">Page ${page}</p>` : null}<${Block} block=${block} text=${view.text} span=${span} />`;
    })}
  </div>`;
}

/** Bring the first mark of a view into sight. */
export function scrollToMark(root) {
  const mark = root?.querySelector("mark, tr.cited");
  const frame = root?.closest(".source-body");
  if (!mark || !frame) return;
  const offset = mark.getBoundingClientRect().top - frame.getBoundingClientRect().top;
  frame.scrollTo({ top: frame.scrollTop + offset - frame.clientHeight / 3 });
}

function paragraphs(text) {
  return [...text.matchAll(/\S(?:[^]*?\S)?(?=\s*\n\s*\n|\s*$)/g)].map((match) => ({
    kind: "text", start: match.index, end: match.index + match[0].length, heading: [],
  }));
}

function Block({ block, text, span }) {
  const words = text.slice(block.start, block.end);
  const marked = (start, end) => markSpan(text, start, end, span);
  if (block.kind === "title") {
    const level = Math.min(6, 3 + block.heading.length);
    return html`<${`h${level}`}>${marked(block.start, block.end)}</${`h${level}`}>`;
  }
  if (block.kind === "code") return html`<pre tabindex="0"><code>${marked(block.start, block.end)}</code></pre>`;
  if (block.kind === "table") return html`<${TableBlock} block=${block} text=${text} span=${span} />`;
  if (block.kind === "list") {
    return html`<ul class="lines">${linesOf(words, block.start).map((line) => {
      const [, indent, bullet = ""] = line.text.match(/^(\s*)((?:[-*•–]|\d{1,3}[.)]|\(?[a-z][.)])\s+)?/i);
      const start = line.start + indent.length;
      return html`<li class=${`depth-${Math.min(3, Math.floor(indent.length / 2))}`}>
        ${bullet ? html`<span class="bullet">${marked(start, start + bullet.trimEnd().length)}</span>` : null}
        <span>${marked(start + bullet.length, line.end)}</span></li>`;
    })}</ul>`;
  }
  return html`<p>${marked(block.start, block.end)}</p>`;
}

function linesOf(text, start) {
  return text.split("\n").map((line) => {
    const one = { text: line, start, end: start + line.length };
    start += line.length + 1;
    return one;
  }).filter((line) => line.text.trim());
}

/** Return `text[start:end]`, the part of it within `span` marked. */
export function markSpan(text, start, end, [from, to]) {
  const first = Math.max(start, from);
  const last = Math.min(end, to);
  if (first >= last) return text.slice(start, end);
  return [text.slice(start, first), html`<mark>${text.slice(first, last)}</mark>`, text.slice(last, end)];
}

/** A table: each line of its text is a row, `name: cell; name: cell` where its columns have names. */
function TableBlock({ block, text, span }) {
  const lines = linesOf(text.slice(block.start, block.end), block.start);
  const table = block.table;
  if (!table || table.rows.length !== lines.length) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><tbody>
      ${lines.map((line) => html`<tr class=${isCited(line, span)}>
        ${cellsOf(line).map((cell) => html`<td>${markSpan(text, cell.start, cell.end, span)}</td>`)}</tr>`)}
    </tbody></table></div>`;
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${table.caption || "Table"}><table>
    ${table.caption ? html`<caption>${table.caption}</caption>` : null}
    <thead><tr>${table.header.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${lines.map((line, at) => html`<tr class=${isCited(line, span)}>
      ${namedCells(line, table.header, table.rows[at]).map((cell) => html`<td>${
        cell.start === null ? cell.text : markSpan(text, cell.start, cell.end, span)}</td>`)}</tr>`)}
    </tbody></table></div>`;
}

const isCited = (line, [from, to]) => (line.start < to && line.end > from ? "cited" : "");

function cellsOf(line) {
  let start = line.start;
  return line.text.split(" | ").map((cell) => {
    const one = { start, end: start + cell.length };
    start += cell.length + 3;
    return one;
  });
}

/** Find the cells of a row in its line, from left to right. */
function namedCells(line, header, row) {
  let from = 0;
  return row.map((cell, column) => {
    const at = cell ? line.text.indexOf(`${header[column]}: ${cell}`, from) : -1;
    if (at < 0) return { text: cell, start: null };
    const start = at + header[column].length + 2;
    from = start + cell.length;
    return { text: cell, start: line.start + start, end: line.start + start + cell.length };
  });
}
