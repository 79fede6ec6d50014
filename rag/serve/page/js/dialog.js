// A dialog that asks before something is done that cannot be undone.

import { html, useEffect, useRef } from "./lib.js";

export function Confirm({ title, action, onConfirm, onCancel, children }) {
  const dialog = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onCancel=${(event) => { event.preventDefault(); onCancel(); }}>
    <h2 id="dialog-title">${title}</h2>
    ${children}
    <div class="pair">
      <button type="button" class="button" onClick=${onCancel}>Cancel</button>
      <button type="button" class="button danger" onClick=${onConfirm}>${action}</button>
    </div>
  </dialog>`;
}
