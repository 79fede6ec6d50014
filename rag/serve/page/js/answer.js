// An answer: its text with the numbers of its sources, how sure it is, and the sources as cards.

import { html, useStore } from "./lib.js";
import { offsets, placeName, sourceName } from "./text.js";
import { isOpened, openSource, openedSource } from "./source.js";

const CONFIDENCE = {
  sure: ["Sure", "right by the estimate"],
  likely: ["Likely", "right rather than wrong by the estimate; look at the source"],
  unsure: ["Unsure", "wrong rather than right by the estimate; check the source"],
};

export function Answer({ turn }) {
  const { answer } = turn;
  useStore(openedSource);
  if (answer.abstained) return html`<${Abstention} answer=${answer} />`;
  const [word, meaning] = CONFIDENCE[answer.confidence_words] ?? [];
  const chance = Math.round(answer.confidence * 100);
  return html`
    <div class="answer">${answerParts(answer)}</div>
    <p class="facts">
      ${word ? html`<span class=${`confidence confidence-${answer.confidence_words}`}><b>${word}</b>: ${meaning} (${chance} %)</span>` : null}
    </p>
    ${answer.citations.length ? html`
      <h3 class="small-title">${answer.citations.length === 1 ? "Source" : "Sources"}</h3>
      <ol class="cards">${answer.citations.map((one) => html`<${Card} key=${one.number} citation=${one} numbered=${true} />`)}</ol>` : null}`;
}

function Abstention({ answer }) {
  return html`
    <div class="answer abstained">
      <p>I can't find this in your documents.</p>
    </div>
    <p class="facts">${answer.answer}</p>
    ${answer.nearest.length ? html`
      <h3 class="small-title">What comes closest</h3>
      <ol class="cards">${answer.nearest.map((one, at) => html`<${Card} key=${at} citation=${one} />`)}</ol>` : null}`;
}

function Card({ citation, numbered = false }) {
  const isOpen = isOpened(citation);
  return html`<li class="card">
    <button type="button" aria-expanded=${isOpen} aria-controls="source" onClick=${(event) => openSource(citation, event.currentTarget)}>
      ${numbered ? html`<span class="number" aria-hidden="true">${citation.number}</span>` : null}
      <span class="card-text">
        <span class="card-title">${numbered ? html`<span class="hidden">Source ${citation.number}: </span>` : null}${sourceName(citation.source)}
          <span class="place">${placeName(citation)}</span></span>
        <span class="quote">${citation.text}</span>
      </span>
    </button>
  </li>`;
}

/** Return the lines of an answer, with the numbers of the sources after the sentences that they support. */
function answerParts(answer) {
  const place = offsets(answer.answer);
  const marks = [...answer.sentences]
    .map((one) => ({ ...one, start: place(one.start), end: place(one.end) }))
    .sort((one, other) => one.start - other.start);
  const lines = [];
  let start = 0;
  for (const text of answer.answer.split("\n")) {
    lines.push({ text, start, end: start + text.length });
    start += text.length + 1;
  }
  return lines.filter((line) => line.text.trim()).map((line) => {
    const [, bullet = "", own] = line.text.match(/^(\s*(?:\d{1,3}[.)]|[-•*])\s+)?([^]*)$/);
    const parts = [];
    let at = line.start + bullet.length;
    marks.forEach((mark, index) => {
      if (mark.start >= line.end || mark.end <= at) return;
      const from = Math.max(mark.start, at);
      const to = Math.min(mark.end, line.end);
      parts.push(answer.answer.slice(at, from));
      const words = answer.answer.slice(from, to);
      at = to;
      // Of neighbours that rest on the same source, the last one names it.
      const next = marks[index + 1];
      const isLast = mark.end <= line.end && !(next && next.citation === mark.citation && next.start < line.end);
      if (mark.citation === null) parts.push(html`<span class="unsupported" title="No source says this">${words}</span>`);
      else if (!isLast) parts.push(words);
      else {
        // The number stays on the line of the last word.
        const [, head, tail] = words.match(/^([^]*?)(\S{0,24})$/);
        const citation = answer.citations.find((one) => one.number === mark.citation);
        parts.push(head, html`<span class="together">${tail}<${Reference} citation=${citation} /></span>`);
      }
    });
    parts.push(answer.answer.slice(at, line.end));
    return bullet
      ? html`<p class="item"><span class="bullet">${bullet.trim().replace(/^[-*]$/, "–")}</span><span>${parts}</span></p>`
      : html`<p>${parts}</p>`;
  });
}

function Reference({ citation }) {
  if (!citation) return null;
  return html`<button type="button" class="reference" aria-expanded=${isOpened(citation)} aria-controls="source"
    aria-label=${`Source ${citation.number}: ${sourceName(citation.source)}`}
    onClick=${(event) => openSource(citation, event.currentTarget)}>${citation.number}</button>`;
}
