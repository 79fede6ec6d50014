// A comparison of systems: what to choose, the scores with their intervals, and what each system wrote.

import { ApiError, call, connection } from "./api.js";
import { count } from "./text.js";
import { html, useEffect, useState, useStore } from "./lib.js";

const UNITS = { percent: "%", seconds: "s", megabytes: "MB" };
const BETTER = { higher: "higher is better", lower: "lower is better", neither: "" };
const FIRST = 4;

export function Comparison() {
  const [comparison, setComparison] = useState(null);
  const [problem, setProblem] = useState("");
  const { epoch } = useStore(connection);
  useEffect(() => {
    const control = new AbortController();
    setProblem("");
    call("/comparison", { signal: control.signal }).then(setComparison).catch((error) => {
      if (error instanceof ApiError) setProblem(error.message);
      else if (error.name !== "AbortError") throw error;
    });
    return () => control.abort();
  }, [epoch]);
  if (problem) return html`<h1>Comparison</h1><p class="problem" role="alert">${problem}</p>`;
  if (!comparison) return html`<h1>Comparison</h1><p class="quiet">Opening …</p>`;
  return html`<div class="comparison">
    <h1>${comparison.title || "Comparison"}</h1>
    ${comparison.advice ? html`<p class="advice">${comparison.advice}</p>` : null}
    <${Scores} comparison=${comparison} />
    <${Costs} systems=${comparison.systems} />
    ${comparison.samples.length ? html`<${Samples} comparison=${comparison} />` : null}
    ${comparison.caveats.length ? html`<section><h2>To bear in mind</h2>
      <ul class="caveats">${comparison.caveats.map((one) => html`<li>${one}</li>`)}</ul></section>` : null}
    <p class="quiet">${[comparison.created?.slice(0, 10), rowsOf(comparison), comparison.command].filter(Boolean).join(" · ")}</p>
  </div>`;
}

const rowsOf = ({ data }) => (data?.test?.rows ? `measured on ${count(data.test.rows, "row")}` : "");

/** One metric at a time: a bar for each system, its interval on it, the best first. */
function Scores({ comparison }) {
  const [name, setName] = useState(comparison.metrics[0].name);
  const [isAll, setAll] = useState(comparison.metrics.length <= FIRST);
  const metric = comparison.metrics.find((one) => one.name === name);
  const sign = metric.better === "lower" ? 1 : -1;
  const scores = comparison.systems
    .map((system) => ({ system, ...(system.metrics[name] ?? {}) }))
    .filter(({ value }) => typeof value === "number")
    .sort((one, other) => (metric.better === "neither" ? 0 : sign * (one.value - other.value)));
  const ends = scores.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const place = (value) => ((value - least) / (most - least || 1)) * 100;
  const digits = Math.max(...ends.map(Math.abs)) >= 10 ? 1 : 2;
  return html`<section aria-labelledby="scores">
    <h2 id="scores">Scores</h2>
    <div class="metrics" role="group" aria-label="Metric">
      ${comparison.metrics.slice(0, isAll ? undefined : FIRST).map((one) => html`
        <button key=${one.name} type="button" aria-pressed=${one.name === name} onClick=${() => setName(one.name)}>${one.title}</button>`)}
      ${isAll ? null : html`<button type="button" class="more" onClick=${() => setAll(true)}>${comparison.metrics.length - FIRST} more</button>`}
    </div>
    <p class="quiet">${[metric.meaning, BETTER[metric.better]].filter(Boolean).join("; ")}</p>
    ${scores.length ? html`<div class="scroll" tabindex="0" role="region" aria-label=${`Scores by ${metric.title}`}><table class="scores">
      <thead><tr><th scope="col">System</th><th scope="col" class="figure">${metric.title}</th><th scope="col" class="figure">95 % interval</th>
        <th scope="col" class="bars"><span class="hidden">As a bar</span></th></tr></thead>
      <tbody>${scores.map(({ system, value, low, high }, at) => html`<tr key=${system.name} class=${at === 0 && metric.better !== "neither" ? "best" : ""}>
        <th scope="row">${system.name}</th>
        <td class="figure">${figure(value, digits)} ${UNITS[metric.unit] ?? ""}</td>
        <td class="figure quiet">${low === null || high === null ? "" : `${figure(low, digits)} to ${figure(high, digits)}`}</td>
        <td class="bars"><${Bar} from=${place(0)} to=${place(value)} low=${place(low ?? value)} high=${place(high ?? value)} /></td>
      </tr>`)}</tbody></table></div>` : html`<p class="quiet">No system was measured by this.</p>`}
  </section>`;
}

function Bar({ from, to, low, high }) {
  const [start, end] = [Math.min(from, to), Math.max(from, to)];
  return html`<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bar-value" x=${start} y="2" width=${Math.max(end - start, 0.3)} height="8" />
    <rect class="bar-interval" x=${low} y="5" width=${Math.max(high - low, 0.2)} height="2" /></svg>`;
}

function Costs({ systems }) {
  const columns = [
    ["Seconds a row", (one) => one.cost?.latency_p50, 2], ["Memory", (one) => one.cost?.peak_memory_mb, 0, "MB"],
    ["Training", (one) => one.trained?.seconds && one.trained.seconds / 60, 0, "min"], ["On rows", (one) => one.trained?.rows, 0],
  ].filter(([, read]) => systems.some((one) => typeof read(one) === "number"));
  if (!columns.length) return null;
  return html`<section aria-labelledby="costs"><h2 id="costs">Costs</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Costs"><table class="scores">
      <thead><tr><th scope="col">System</th>${columns.map(([title]) => html`<th scope="col" class="figure">${title}</th>`)}</tr></thead>
      <tbody>${systems.map((one) => html`<tr key=${one.name}><th scope="row">${one.name}</th>
        ${columns.map(([, read, digits, unit = ""]) => html`<td class="figure">${typeof read(one) === "number" ? `${figure(read(one), digits)} ${unit}` : "–"}</td>`)}</tr>`)}
      </tbody></table></div></section>`;
}

function Samples({ comparison }) {
  const [at, setAt] = useState(0);
  const sample = comparison.samples[at];
  return html`<section aria-labelledby="samples">
    <div class="row-line"><h2 id="samples">What they wrote</h2>
      <div class="pair pager">
        <button type="button" class="button small" disabled=${at === 0} onClick=${() => setAt(at - 1)}>Previous</button>
        <span class="quiet" role="status">${at + 1} of ${comparison.samples.length}</span>
        <button type="button" class="button small" disabled=${at === comparison.samples.length - 1} onClick=${() => setAt(at + 1)}>Next</button>
      </div></div>
    <dl class="panel sample">
      <dt>Given</dt><dd class="input">${sample.input}</dd>
      ${sample.references.length ? html`<dt>Reference</dt><dd>${sample.references[0]}</dd>` : null}
      ${Object.entries(sample.outputs).map(([system, output]) => html`<dt key=${system}>${system}</dt><dd>${output.text || "nothing"}</dd>`)}
    </dl></section>`;
}

const figure = (value, digits) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
