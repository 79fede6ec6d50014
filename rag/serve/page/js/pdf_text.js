// Where cited words stand among the pieces of text that the pages of a PDF are made of.

/** Return the ranges `{ page, item, from, to }` of the cited text, and whether it is all there in one piece.
 *
 * `before` is the text of the page before the citation: of several places with the same words it tells which is meant.
 */
export async function locate(pdf, cited, before) {
  const wanted = squeeze(cited.text ?? "");
  if (!wanted.text) return { ranges: [], isWhole: false };
  const pages = cited.page ? [cited.page, cited.page + 1].filter((page) => page <= pdf.numPages) : [];
  if (!pages.length) for (let page = 1; page <= Math.min(pdf.numPages, 200); page++) pages.push(page);
  let all = { text: "", places: [] };
  for (const page of pages) {
    const read = await readPage(pdf, page);
    const from = Math.max(0, all.text.length - wanted.text.length);
    const known = all.text.slice(from);
    all = { text: all.text + read.text, places: all.places.concat(read.places) };
    // A page at a time, so that the words of the cited page come before those of the next one.
    const starts = occurrences(known + read.text, wanted.text).map((at) => at + from);
    if (starts.length) {
      const earlier = occurrences(squeeze(before).text, wanted.text).length;
      const start = starts[Math.min(earlier, starts.length - 1)];
      return { ranges: rangesOf(all.places.slice(start, start + wanted.text.length)), isWhole: true };
    }
  }
  return { ranges: rangesOf(locateParts(all, cited.text)), isWhole: false };
}

/** Find the longest runs of words that are there, each as near behind the one before it as can be. */
function locateParts(all, text) {
  const words = text.split(/\s+/).map((word) => squeeze(word).text).filter(Boolean);
  const places = [];
  let after = 0;
  for (let first = 0; first < words.length; ) {
    let run = "";
    let last = first;
    while (last < words.length && all.text.includes(run + words[last])) run += words[last++];
    const starts = run.length >= 4 ? occurrences(all.text, run) : [];
    if (starts.length) {
      const start = starts.find((at) => at >= after) ?? starts[0];
      for (let at = start; at < start + run.length; at++) places.push(all.places[at]);
      after = start + run.length;
    }
    first = Math.max(last, first + 1);
  }
  return places;
}

async function readPage(pdf, number) {
  const content = await (await pdf.getPage(number)).getTextContent();
  let text = "";
  const places = [];
  content.items.filter((one) => one.str !== undefined).forEach((one, item) => {
    const squeezed = squeeze(one.str);
    text += squeezed.text;
    for (const place of squeezed.places) places.push({ page: number, item, place });
  });
  return { text, places };
}

/** Return a text without what readers of PDFs see differently (blanks, hyphens, ligatures, kinds of quotation marks), and the place of each character that is left. */
function squeeze(text) {
  let squeezed = "";
  const places = [];
  for (let place = 0; place < text.length; place++) {
    const plain = text[place].normalize("NFKC").toLowerCase()
      .replace(/[\s\u00ad\u2010-\u2015\u2212-]/g, "").replace(/[\u2018\u2019\u201b`´]/g, "'").replace(/[\u201c-\u201f«»]/g, '"');
    for (const character of plain) {
      squeezed += character;
      for (let unit = 0; unit < character.length; unit++) places.push(place);
    }
  }
  return { text: squeezed, places };
}

function occurrences(text, wanted) {
  const starts = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) starts.push(at);
  return starts;
}

/** Join neighbouring characters of the same piece, blanks between them included. */
function rangesOf(places) {
  const ranges = [];
  let previous = null;
  for (const { page, item, place } of places) {
    const last = ranges[ranges.length - 1];
    const continues = last && last.page === page && last.item === item && previous && place >= previous && place - previous <= 3;
    if (continues) last.to = Math.max(last.to, place + 1);
    else ranges.push({ page, item, from: place, to: place + 1 });
    previous = place;
  }
  return ranges;
}
