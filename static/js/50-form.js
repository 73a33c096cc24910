// After a swap the first wrong field has the focus, else the heading that says what happened ([data-focus]).
{
  const focus = root => {
    const invalid = page.one('[aria-invalid="true"]', root);
    const told = root.matches?.('[data-focus]') ? root : page.one('[data-focus]', root);
    if (!invalid && told && !told.hasAttribute('tabindex')) told.tabIndex = -1;
    (invalid || told)?.focus();
  };

  document.addEventListener('htmx:afterSettle', ({ target }) => { if (target.isConnected) focus(target); });
  const aimed = document.getElementById(location.hash.slice(1));
  (page.one('[aria-invalid="true"]') || page.one('[data-focus]', aimed))?.focus();

  // To another place of the same page a browser only scrolls; what was done shows after loading it anew.
  document.addEventListener('htmx:beforeOnLoad', event => {
    const to = event.detail.xhr.getResponseHeader('HX-Redirect');
    if (!to?.includes('#') || new URL(to, location.href).href.split('#')[0] !== location.href.split('#')[0]) return;
    event.preventDefault();
    location.assign(to);
    location.reload();
  });

  document.addEventListener('htmx:afterRequest', ({ detail: { elt, successful } }) => {
    if (successful && elt.matches('form[data-reset]')) elt.reset();
  });

  page.on('click', '[data-reveal]', button => {
    const field = document.getElementById(button.dataset.reveal);
    const hidden = field.type === 'password';
    field.type = hidden ? 'text' : 'password';
    button.dataset.label ||= button.textContent;
    button.textContent = hidden ? button.dataset.hide : button.dataset.label;
  });

  page.on('click', '[data-print]', () => window.print());
}
