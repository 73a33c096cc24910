// <a href="/page" data-dialog-url>: the fragment of the same address in <dialog id="dialog">; without script the page.
// <… data-dialog="id"> opens a dialog of the page. data-close closes. HX-Trigger "close-dialog" closes after success.
{
  let opener;

  page.dialog = from => {
    const dialog = page.one('#dialog');
    if (from) opener = from.closest('[popover]') ? page.one(`[popovertarget="${from.closest('[popover]').id}"]`) : from;
    return page.one('#dialog-body', dialog) || dialog.appendChild(Object.assign(document.createElement('div'), { id: 'dialog-body' }));
  };

  page.showDialog = () => {
    const dialog = page.one('#dialog');
    if (!dialog.open) dialog.showModal();
    name(dialog);
    focusFirst(dialog);
  };

  page.on('click', '[data-dialog-url]', (link, event) => {
    if (!page.plain(event) || !window.htmx || !page.one('#dialog')) return;
    event.preventDefault();
    page.dialog(link).replaceChildren();
    htmx.ajax('GET', link.dataset.dialogUrl || link.href, { source: link, target: '#dialog-body', swap: 'innerHTML' });
  });

  document.addEventListener('htmx:afterSettle', ({ detail }) => {
    if (detail.target?.id === 'dialog-body') page.showDialog();
  });

  page.on('click', '[data-dialog]', (link, event) => {
    const dialog = document.getElementById(link.dataset.dialog);
    if (!dialog || !page.plain(event)) return;
    event.preventDefault();
    opener = link;
    dialog.showModal();
    name(dialog);
  });

  page.on('click', 'dialog [data-close]', (button, event) => {
    event.preventDefault();
    button.closest('dialog').close();
  });

  // A click beside a dialog in which nothing is decided.
  document.addEventListener('click', ({ target }) => {
    if (target.matches?.('dialog[open]') && !page.one('form[method="post"]', target)) target.close();
  });

  document.addEventListener('close-dialog', () => page.modal()?.close());

  document.addEventListener('close', ({ target }) => {
    if (!target.matches?.('dialog')) return;
    const toasts = page.one('#toasts', target);
    if (toasts) document.body.append(toasts);
    // Later, because htmx may still be busy with the form that asked for closing.
    setTimeout(() => { if (!target.open) page.one('#dialog-body', target)?.replaceChildren(); }, 500);
    // Safari does not focus what is clicked, so it cannot go back by itself.
    // What was done in the dialog may have brought the opener anew.
    const back = opener?.isConnected || !opener?.id ? opener : document.getElementById(opener.id);
    if (back?.isConnected) back.focus();
  }, true);

  function name(dialog) {
    const heading = page.one('h1, h2', dialog);
    if (!heading) return;
    heading.id ||= 'dialog-title';
    dialog.setAttribute('aria-labelledby', heading.id);
  }

  function focusFirst(dialog) {
    const field = ['[aria-invalid="true"]', '[autofocus]', 'input:not([type="hidden"]), select, textarea'].map(s => page.one(s, dialog)).find(Boolean);
    const heading = page.one('h1, h2', dialog);
    if (!field && heading) heading.tabIndex = -1;
    (field || heading)?.focus();
  }
}
