'use strict';

// Files of this folder are joined in the order of their names into one deferred script; every file but this
// one keeps its names to itself in a block. Texts come from the server in data-* attributes.
const page = {
  one: (selector, root = document) => root?.querySelector(selector),
  all: (selector, root = document) => [...root.querySelectorAll(selector)],
  // Delegation: works for what htmx brings later.
  on(type, selector, act) {
    document.addEventListener(type, event => {
      const found = event.target.closest?.(selector);
      if (found) act(found, event);
    });
  },
  // A click that asks for a new tab or window is left to the browser.
  plain: event => !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey),
  modal: () => page.one('dialog[open]'),
};

document.documentElement.classList.add('js');
