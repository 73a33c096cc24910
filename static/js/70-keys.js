// Keys for staff: / J K X, G then a letter, ?. Off while typing, in a dialog, and by <body data-keys="off"> (WCAG 2.1.4).
// data-key="h" on a link is where G H leads; data-key="?" opens the list of keys, data-key="/" leads to a search.
{
  let going = false;

  const keys = {
    '/': () => { const field = page.one('input[type="search"]'); if (field) field.focus(); else press('/'); },
    '?': () => press('?'),
    j: () => go(here() + 1),
    k: () => go(Math.max(0, here() - 1)),
    x: () => page.one('.sel', rows()[here()] ?? null)?.click(),
  };

  document.addEventListener('keydown', event => {
    if (event.metaKey || event.ctrlKey || event.altKey || off() || busy(event.target)) return;
    const key = event.key.toLowerCase();
    const act = going && /^[a-z]$/.test(key) ? () => press(key) : keys[key];
    going = !going && key === 'g';
    if (!act) return;
    event.preventDefault();
    act();
  });

  function off() {
    return !document.body.matches('.firm:not([data-keys="off"])') || page.modal();
  }

  function busy(target) {
    return target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
  }

  function rows() {
    return page.all('[data-row]');
  }

  function here() {
    return rows().findIndex(row => row.contains(document.activeElement));
  }

  function go(place) {
    const row = rows()[Math.min(rows().length - 1, place)] ?? null;
    page.one('.rowlink', row)?.focus();
  }

  function press(key) {
    page.one(`[data-key="${CSS.escape(key)}"]`)?.click();
  }
}
