// A PDF in its own pages, the cited characters boxed where the page has them.

import { ApiError, callBytes, documentPath } from "./api.js";
import { html, useEffect, useRef, useState } from "./lib.js";
import { locate } from "./pdf_text.js";
import { offsets } from "./text.js";

const PDFJS = new URL("../vendor/pdfjs/", import.meta.url).href;
const ZOOMS = [1, 1.25, 1.5, 2, 3];

export function PdfView({ view, cited, showText }) {
  const [pdf, setPdf] = useState(null);
  const [state, setState] = useState("opening");
  const [problem, setProblem] = useState("");
  const [zoom, setZoom] = useState(0);
  const root = useRef(null);
  useEffect(() => {
    const control = new AbortController();
    let task = null;
    openPdf(view, control.signal)
      .then((opened) => {
        task = opened;
        return opened.promise;
      })
      .then((document) => !control.signal.aborted && setPdf(document))
      .catch((error) => {
        if (control.signal.aborted) return;
        setProblem(error instanceof ApiError ? error.message : "The pages of this file cannot be shown.");
        setState("failed");
      });
    return () => {
      control.abort();
      task?.destroy();
    };
  }, [view.source]);
  useEffect(() => {
    if (!pdf) return undefined;
    const pages = new Pages(root.current, pdf, ZOOMS[zoom]);
    pages.show(view, cited).then(setState, (error) => {
      if (pages.isClosed) return;
      setProblem("The pages of this file cannot be shown.");
      setState("failed");
      console.error(error);
    });
    return () => pages.close();
  }, [pdf, cited.asked, zoom]);
  return html`<div class="pdf" data-state=${state}>
    <div class="pdf-bar">
      <p class="quiet" role="status">${message(state, cited)}
        ${state === "missed" || state === "failed" ? html` <button type="button" class="link" onClick=${showText}>Show the text</button>` : null}</p>
      <div class="pair">
        <button type="button" class="icon-button" aria-label="Smaller" disabled=${zoom === 0} onClick=${() => setZoom(zoom - 1)}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h12" /></svg></button>
        <button type="button" class="icon-button" aria-label="Larger" disabled=${zoom === ZOOMS.length - 1} onClick=${() => setZoom(zoom + 1)}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h12M10 4v12" /></svg></button>
      </div>
    </div>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    <div class="pages" ref=${root}></div>
  </div>`;
}

function message(state, cited) {
  if (state === "opening") return "Opening the pages …";
  if (state === "partly") return `The boxed words are cited, on page ${cited.page}. The page has some of them in another order.`;
  if (state === "missed") return `Cited on page ${cited.page}, whose words cannot be boxed.`;
  if (state === "boxed") return `The boxed words are cited, on page ${cited.page}.`;
  return "";
}

async function openPdf(view, signal) {
  const [pdfjs, data] = await Promise.all([
    import("../vendor/pdfjs/pdf.min.mjs"),
    callBytes(documentPath(view.source, "/file"), { signal }),
  ]);
  pdfjs.GlobalWorkerOptions.workerSrc = `${PDFJS}pdf.worker.min.mjs`;
  return pdfjs.getDocument({
    data, standardFontDataUrl: `${PDFJS}standard_fonts/`, wasmUrl: `${PDFJS}wasm/`, useWasm: false, isEvalSupported: false,
    enableXfa: false, verbosity: 0,
  });
}

/** The pages of a PDF in an element: each is drawn when it comes near to what is seen. */
class Pages {
  constructor(root, pdf, zoom) {
    Object.assign(this, { root, pdf, zoom, isClosed: false, ranges: [], drawn: new Map() });
    this.frame = root.closest(".source-body");
    this.width = 0;
    this.sizes = new ResizeObserver(() => this.fit());
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.draw(Number(entry.target.dataset.page));
    }, { root: this.frame, rootMargin: "600px 0px" });
  }

  /** Show all pages, those with the cited text first. Returns whether it is boxed. */
  async show(view, cited) {
    const first = (await this.pdf.getPage(1)).getViewport({ scale: 1 });
    this.shape = { width: first.width, height: first.height };
    this.root.replaceChildren(...Array.from({ length: this.pdf.numPages }, (_, at) => this.placeholder(at + 1)));
    this.fit(false);
    let state = "shown";
    if (cited.end > cited.start) {
      const found = await locate(this.pdf, cited, textBefore(view, cited));
      this.ranges = found.ranges;
      state = !found.ranges.length ? "missed" : found.isWhole ? "boxed" : "partly";
    }
    if (this.isClosed) return state;
    const page = this.ranges[0]?.page ?? cited.page ?? 1;
    await this.draw(page);
    this.scrollTo(page);
    this.root.querySelectorAll(".page").forEach((one) => this.seen.observe(one));
    this.sizes.observe(this.frame);
    return state;
  }

  placeholder(number) {
    const page = document.createElement("section");
    page.className = "page";
    page.dataset.page = number;
    page.setAttribute("aria-label", `Page ${number} of ${this.pdf.numPages}`);
    return page;
  }

  /** Make pages as wide as there is room, and draw them again where that has changed. */
  fit(draws = true) {
    const { paddingLeft, paddingRight } = getComputedStyle(this.root);
    const room = this.root.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const width = Math.max(200, room) * this.zoom;
    if (Math.abs(width - this.width) < 12) return;
    this.width = width;
    const numbers = [...this.drawn.keys()];
    this.drawn.clear();
    for (const page of this.root.querySelectorAll(".page")) {
      page.style.width = `${width}px`;
      page.style.height = `${(width * this.shape.height) / this.shape.width}px`;
    }
    if (draws) for (const number of numbers) this.draw(number);
  }

  draw(number) {
    if (!this.drawn.has(number)) this.drawn.set(number, this.drawNow(number));
    return this.drawn.get(number);
  }

  async drawNow(number) {
    const { TextLayer } = await import("../vendor/pdfjs/pdf.min.mjs");
    const place = this.root.querySelector(`[data-page="${number}"]`);
    const page = await this.pdf.getPage(number);
    const scale = this.width / page.getViewport({ scale: 1 }).width;
    const viewport = page.getViewport({ scale });
    const ratio = Math.min(devicePixelRatio || 1, 3);
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width * ratio);
    canvas.height = Math.floor(viewport.height * ratio);
    canvas.setAttribute("aria-hidden", "true");
    const layer = document.createElement("div");
    layer.className = "textLayer";
    layer.style.setProperty("--total-scale-factor", scale);
    const content = await page.getTextContent();
    const text = new TextLayer({ textContentSource: content, container: layer, viewport });
    await Promise.all([page.render({ canvas, viewport, transform: [ratio, 0, 0, ratio, 0, 0] }).promise, text.render()]);
    if (this.isClosed || scale !== this.width / page.getViewport({ scale: 1 }).width) return;
    place.style.height = `${viewport.height}px`;
    place.replaceChildren(canvas, layer);
    mark(text.textDivs, this.ranges.filter((one) => one.page === number));
    place.append(...boxes(place));
  }

  scrollTo(number) {
    const place = this.root.querySelector(`[data-page="${number}"]`);
    const mark = place?.querySelector("mark");
    const target = mark ?? place;
    if (!target) return;
    const offset = target.getBoundingClientRect().top - this.frame.getBoundingClientRect().top;
    const above = mark ? this.frame.clientHeight / 3 : 8;
    const left = mark && this.zoom > 1 ? mark.getBoundingClientRect().left - this.frame.getBoundingClientRect().left - 24 : 0;
    this.frame.scrollTo({ top: this.frame.scrollTop + offset - above, left: this.frame.scrollLeft + left });
  }

  close() {
    this.isClosed = true;
    this.sizes.disconnect();
    this.seen.disconnect();
  }
}

/** Return the text of the cited page before the citation, as it was read. */
function textBefore(view, cited) {
  const first = view.blocks.find((block) => block.page === cited.page);
  if (!first || first.start > cited.start) return "";
  const place = offsets(view.text);
  return view.text.slice(place(first.start), place(cited.start));
}

/** Mark ranges of characters in the elements of a text layer. */
function mark(elements, ranges) {
  const marked = new Map();
  for (const range of ranges) marked.set(range.item, [...(marked.get(range.item) ?? []), range]);
  for (const [item, parts] of marked) {
    const element = elements[item];
    if (!element) continue;
    const text = element.textContent;
    const pieces = [];
    let at = 0;
    for (const { from, to } of parts.sort((one, other) => one.from - other.from)) {
      if (from < at) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      pieces.push(text.slice(at, from), mark);
      at = to;
    }
    element.replaceChildren(...pieces, text.slice(at));
  }
}

/** Return a box around the marks of each line. */
function boxes(page) {
  const origin = page.getBoundingClientRect();
  const lines = [];
  for (const { left, right, top, bottom } of [...page.querySelectorAll("mark")].flatMap((one) => [...one.getClientRects()])) {
    const height = bottom - top;
    const line = lines.find((one) => Math.min(one.bottom, bottom) - Math.max(one.top, top) > height / 2
      && left - one.right < height && one.left - right < height);
    if (!line) lines.push({ left, right, top, bottom });
    else {
      Object.assign(line, {
        left: Math.min(line.left, left), right: Math.max(line.right, right),
        top: Math.min(line.top, top), bottom: Math.max(line.bottom, bottom),
      });
    }
  }
  return lines.map((line) => {
    const box = document.createElement("div");
    box.className = "box";
    Object.assign(box.style, {
      left: `${line.left - origin.left - 2}px`, top: `${line.top - origin.top - 1}px`,
      width: `${line.right - line.left + 4}px`, height: `${line.bottom - line.top + 2}px`,
    });
    return box;
  });
}
