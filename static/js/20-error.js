// What htmx does not swap becomes a red toast; what was typed stays. Texts: data-error-403 … on #toasts.
{
  const swapped = [409, 422, 429];

  const say = (key, elt) => {
    const box = page.one('#toasts');
    const text = box?.getAttribute(`data-error-${key}`) || box?.dataset.errorOther;
    page.toast({ text, tone: 'bad', retry: ['network', 503].includes(key) && elt?.isConnected ? again(elt) : undefined });
  };

  const again = elt => () => elt.matches('form') ? elt.requestSubmit() : elt.click();

  page.failed = say;

  document.addEventListener('htmx:responseError', ({ detail }) => {
    if (swapped.includes(detail.xhr.status)) return;
    restore(detail.elt);
    say(detail.xhr.status, detail.elt);
  });
  for (const type of ['htmx:sendError', 'htmx:timeout']) {
    document.addEventListener(type, ({ detail }) => { restore(detail.elt); say('network', detail.elt); });
  }

  // A switch turns at once and turns back when the server did not agree.
  document.addEventListener('htmx:beforeRequest', ({ detail: { elt } }) => {
    if (!elt.matches('.switch') || elt.matches('[data-dialog-url]')) return;
    elt.dataset.was = elt.getAttribute('aria-checked');
    elt.setAttribute('aria-checked', elt.dataset.was !== 'true');
  });

  function restore(elt) {
    if (elt?.dataset.was) elt.setAttribute('aria-checked', elt.dataset.was);
  }
}
