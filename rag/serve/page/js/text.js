// Offsets of the server count characters (code points); those of JavaScript count UTF-16 units.

const ASTRAL = /[\ud800-\udbff]/;

/** Return a function from an offset in characters to one in UTF-16 units. */
export function offsets(text) {
  if (!ASTRAL.test(text)) return (offset) => offset;
  const places = [];
  for (let place = 0; place < text.length; place += text.codePointAt(place) > 0xffff ? 2 : 1) places.push(place);
  places.push(text.length);
  return (offset) => places[Math.min(offset, places.length - 1)];
}

/** Return a number with its noun: "1 file", "3 files". */
export const count = (number, noun, plural = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;

/** Return the last part of a path. */
export const fileName = (path) => path.split("/").pop();

/** Return what a source is called: the file's name, and the row where it is one. */
export function sourceName(source) {
  const [path, ...row] = source.split("#");
  return row.length ? `${fileName(path)}, ${/^\d+$/.test(row.join("#")) ? "row " : ""}${row.join("#")}` : fileName(path);
}

/** Return where a citation stands in its source. */
export function placeName({ page, heading }) {
  return [...(page ? [`page ${page}`] : []), ...(heading?.length ? [heading.slice(page ? -1 : -2).join(" › ")] : [])].join(", ");
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
}
