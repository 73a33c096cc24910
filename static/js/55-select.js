// <input class="sel-all"> ticks all .sel of its table, and shows whether all, some or none are.
// <button data-dialog-form="/page">: that page in <dialog id="dialog">, asked for with what stands in the button's form.
{
  const within = box => box.closest('table') || document;

  page.on('change', '.sel-all', all => {
    for (const box of page.all('.sel', within(all))) box.checked = all.checked;
  });

  page.on('change', '.sel', box => {
    const boxes = page.all('.sel', within(box));
    const ticked = boxes.filter(one => one.checked).length;
    const all = page.one('.sel-all', within(box));
    if (!all) return;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  });

  page.on('click', '[data-clear-selection]', button => {
    for (const box of page.all('.sel, .sel-all', button.closest('.bulk'))) {
      box.checked = false;
      box.indeterminate = false;
    }
    page.one('.sel-all', button.closest('.bulk'))?.focus();
  });

  page.on('click', '[data-dialog-form]', (button, event) => {
    if (!page.plain(event) || !window.htmx || !page.one('#dialog')) return;
    event.preventDefault();
    page.dialog(button).replaceChildren();
    const asked = new URLSearchParams(new FormData(button.form));
    asked.delete('csrf_token');
    htmx.ajax('GET', `${button.dataset.dialogForm}?${asked}`, { source: page.dialog(), target: '#dialog-body', swap: 'innerHTML' });
  });
}
