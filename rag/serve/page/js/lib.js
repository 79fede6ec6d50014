// What every part of the page uses: Preact with htm, and stores whose changes redraw what reads them.

import { h, render, Fragment } from "../vendor/preact/preact.mjs";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact/hooks.mjs";
import htm from "../vendor/htm/htm.mjs";

const html = htm.bind(h);

/** A value with listeners. */
function createStore(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = typeof next === "function" ? next(value) : next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Return the value of a store, and draw again when it changes. */
function useStore(store) {
  const value = store.get();
  const [, redraw] = useState(0);
  useLayoutEffect(() => {
    if (store.get() !== value) redraw((count) => count + 1);
    return store.subscribe(() => redraw((count) => count + 1));
  }, [store]);
  return store.get();
}

export {
  html, render, Fragment, createStore, useStore,
  useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState,
};
