// Questions and their answers, one below the other, with the field for the next one.

import { Answer } from "./answer.js";
import { ApiError, call, callStream, session } from "./api.js";
import { closeSource, openSource, openedSource } from "./source.js";
import { count } from "./text.js";
import { createStore, html, useEffect, useRef, useState, useStore } from "./lib.js";

/** What was asked in this window: `{ id, question, state, text, answer, problem }`, in order. */
const turns = createStore([]);
const draft = createStore("");
let serial = 0;
let stop = null;

const change = (id, changes) => turns.set((all) => all.map((turn) => (turn.id === id ? { ...turn, ...changes } : turn)));

async function ask(question) {
  const id = ++serial;
  turns.set((all) => [...all, { id, question, state: "reading", text: "", answer: null, problem: "" }]);
  await fill(id, question);
}

async function fill(id, question) {
  stop?.abort();
  const control = (stop = new AbortController());
  change(id, { state: "reading", text: "", problem: "" });
  let text = "";
  try {
    const events = callStream("/ask", { method: "POST", json: { question, stream: true }, signal: control.signal });
    let isDone = false;
    for await (const { event, data } of events) {
      if (event === "replace") text = data.text;
      else if (event === "text" || event === "draft") text += data.text;
      else if (event === "error") throw new ApiError(data.status ?? 500, data.detail);
      else if (event === "done") {
        change(id, { state: "done", text: data.answer, answer: data });
        follow(data);
        isDone = true;
      }
      if (!isDone) change(id, { state: "writing", text });
    }
    if (!isDone) throw new ApiError(0, "The answer ended too early.");
  } catch (error) {
    if (error.name === "AbortError") change(id, { state: "stopped" });
    else if (error instanceof ApiError) change(id, { state: "failed", problem: error.message });
    else throw error;
  } finally {
    if (stop === control) stop = null;
  }
}

/** Show the source of a new answer where that of another one is open. */
function follow(answer) {
  if (!openedSource.get()) return;
  if (answer.citations.length) openSource(answer.citations[0]);
  else closeSource(false);
}

/** Forget what was asked: its sources are those of another store. */
export function clearTurns() {
  stop?.abort();
  turns.set([]);
}

export function Ask() {
  const all = useStore(turns);
  const { settings, store } = useStore(session);
  const last = all[all.length - 1];
  const isBusy = last && (last.state === "reading" || last.state === "writing");
  useEffect(() => {
    // The question goes to the top of what is seen, and its answer grows below it.
    if (all.length) document.getElementById(`turn-${last.id}`)?.scrollIntoView({ block: all.length > 1 ? "start" : "nearest" });
  }, [all.length]);
  const shelf = settings?.stores[store || Object.keys(settings.stores)[0]];
  return html`
    <div class=${`ask ${all.length ? "asked" : "fresh"}`}>
      ${all.length ? html`<h1 class="hidden">Questions and answers</h1>` : html`<${Welcome} shelf=${shelf} />`}
      <div class="turns">
        ${all.map((turn) => html`<${Turn} key=${turn.id} turn=${turn} again=${() => fill(turn.id, turn.question)} />`)}
      </div>
      <div class="composer-place"><${Composer} isBusy=${isBusy} isFirst=${!all.length} /></div>
      <p class="hidden" role="status">${announce(last)}</p>
    </div>`;
}

function announce(turn) {
  if (!turn) return "";
  if (turn.state === "reading") return "Reading the documents.";
  if (turn.state === "failed") return turn.problem;
  if (turn.state !== "done") return "";
  const { abstained, answer, confidence_words: words, citations } = turn.answer;
  if (abstained) return `I can't find this in your documents. ${answer}`;
  return `${answer} ${words ? `Confidence: ${words}.` : ""} ${count(citations.length, "source")}.`;
}

function Welcome({ shelf }) {
  return html`<div class="welcome">
    <h1>Ask your documents</h1>
    ${shelf && !shelf.sources
      ? html`<p>There are none yet. <a href="#/documents">Add documents</a>, then ask.</p>`
      : html`<p>Every answer shows the words it rests on, in the document itself.</p>`}
  </div>`;
}

function Composer({ isBusy, isFirst }) {
  const question = useStore(draft);
  const field = useRef(null);
  const fit = () => {
    const box = field.current;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
  };
  useEffect(fit, [question]);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current.focus({ preventScroll: true });
  }, []);
  const send = (event) => {
    event?.preventDefault();
    const text = question.trim();
    if (!text || isBusy) return;
    draft.set("");
    ask(text);
  };
  const press = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  };
  return html`
    <form class="composer" onSubmit=${send}>
      <label class="hidden" for="question">Question</label>
      <textarea id="question" ref=${field} rows="1" maxlength="4000" value=${question} onKeyDown=${press}
        onInput=${(event) => draft.set(event.target.value)}
        placeholder=${isFirst ? "What would you like to know?" : "Ask another question"}></textarea>
      ${isBusy
        ? html`<button type="button" class="button" onClick=${() => stop?.abort()}>Stop</button>`
        : html`<button class="button primary" disabled=${!question.trim()}>Ask</button>`}
    </form>`;
}

function Turn({ turn, again }) {
  const isWaiting = turn.state === "reading";
  return html`
    <article class="turn" id=${`turn-${turn.id}`} aria-busy=${isWaiting || turn.state === "writing"}>
      <h2 class="question">${turn.question}</h2>
      ${isWaiting ? html`<p class="reading"><span class="dots" aria-hidden="true"><i /><i /><i /></span> Reading the documents</p>` : null}
      ${turn.state === "writing" ? html`<div class="answer writing">${turn.text}</div>` : null}
      ${turn.state === "done" ? html`<${Answer} turn=${turn} />` : null}
      ${turn.state === "done" ? html`<${Feedback} turn=${turn} />` : null}
      ${turn.state === "failed" || turn.state === "stopped" ? html`
        <div class="trouble">
          <p>${turn.state === "stopped" ? "Stopped." : turn.problem}</p>
          <button type="button" class="button small" onClick=${again}>Ask again</button>
        </div>` : null}
    </article>`;
}

function Feedback({ turn }) {
  const [state, setState] = useState("open");
  const [problem, setProblem] = useState("");
  const [right, setRight] = useState("");
  const send = async (verdict, correction = "") => {
    setProblem("");
    try {
      await call("/feedback", {
        method: "POST",
        json: { question: turn.question, answer: turn.answer.answer, abstained: turn.answer.abstained, verdict, correction },
      });
      setState("kept");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    }
  };
  if (state === "kept") return html`<p class="feedback" role="status">Thank you: kept for the next evaluation.</p>`;
  return html`
    <div class="feedback">
      ${state === "open" ? html`
        <span id=${`judge-${turn.id}`}>Is this right?</span>
        <div class="pair" role="group" aria-labelledby=${`judge-${turn.id}`}>
          <button type="button" class="button small" onClick=${() => send("right")}>Right</button>
          <button type="button" class="button small" onClick=${() => setState("wrong")}>Wrong</button>
        </div>` : html`
        <form class="correction" onSubmit=${(event) => { event.preventDefault(); send("wrong", right.trim()); }}>
          <label for=${`right-${turn.id}`}>What would be right? You may leave this empty.</label>
          <textarea id=${`right-${turn.id}`} rows="2" maxlength="20000" value=${right}
            onInput=${(event) => setRight(event.target.value)}></textarea>
          <div class="pair">
            <button class="button small primary">Send</button>
            <button type="button" class="button small" onClick=${() => setState("open")}>Cancel</button>
          </div>
        </form>`}
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    </div>`;
}
