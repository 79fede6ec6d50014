// CSV as RFC 4180 has it, with the separators that spreadsheets write.

/** Return the rows of a CSV file as objects by its header. Raises Error with one line for a person. */
export function readCsv(text) {
  const source = text.replace(/^\ufeff/, "");
  const head = source.slice(0, source.search(/\r?\n|$/));
  const separator = [",", ";", "\t"].sort((one, other) => head.split(other).length - head.split(one).length)[0];
  const [header, ...rows] = cells(source, separator).filter((row) => row.some((cell) => cell.trim()));
  if (!header || !rows.length) throw new Error("This file has no rows below its header.");
  const names = header.map((name) => name.trim());
  if (new Set(names.filter(Boolean)).size < names.filter(Boolean).length) throw new Error("Two columns of this file have the same name.");
  return rows.map((row) => Object.fromEntries(
    names.map((name, at) => [name, (row[at] ?? "").trim()]).filter(([name, value]) => name && value)));
}

function cells(text, separator) {
  const rows = [[""]];
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const row = rows[rows.length - 1];
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') row[row.length - 1] += sign;
      else if (text[at + 1] === '"') row[row.length - 1] += text[++at];
      else isQuoted = false;
    } else if (sign === '"' && row[row.length - 1] === "") isQuoted = true;
    else if (sign === separator) row.push("");
    else if (sign === "\n") rows.push([""]);
    else if (sign !== "\r") row[row.length - 1] += sign;
  }
  return rows;
}

/** Return rows of values as CSV. Cells that a spreadsheet would take for a formula are kept as text. */
export function writeCsv(rows) {
  const cell = (value) => {
    const text = String(value ?? "");
    const safe = /^[=+@\t]|^-(?![\d.])/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
