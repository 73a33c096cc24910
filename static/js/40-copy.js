// data-copy="text" or data-copy-from="field id" copies; data-copied is what the button says then, data-done a toast.
// A form with data-copy-form posts, copies the [data-copy-field] of the answer and shows the answer in the dialog.
{
  page.on('click', '[data-copy], [data-copy-from]', async button => {
    const field = document.getElementById(button.dataset.copyFrom);
    if (await copy(field ? field.value : button.dataset.copy, field)) confirm(button);
  });

  page.on('submit', '[data-copy-form]', async (form, event) => {
    if (!page.one('#dialog') || !window.htmx) return;
    event.preventDefault();
    const body = page.dialog(event.submitter || form);
    const answer = ask(form, event.submitter);
    const secret = answer.then(html => read(html).value);
    // The promise goes into the clipboard inside the click: later the browser would refuse.
    const copied = window.ClipboardItem && navigator.clipboard?.write
      ? navigator.clipboard.write([new ClipboardItem({ 'text/plain': secret.then(text => new Blob([text], { type: 'text/plain' })) })]).then(() => true, () => false)
      : Promise.resolve(false);
    try {
      body.innerHTML = await answer;
    } catch (error) {
      page.failed(error.status || 'network');
      return;
    }
    htmx.process(body);
    page.showDialog();
    const field = page.one('[data-copy-field]', body);
    field.focus();
    field.select();
    if (await copied || await copy(field.value, field)) confirm(page.one('[data-copy-from]', body));
  });

  async function ask(form, submitter) {
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    const reply = await fetch(form.action, { method: 'POST', body: data, headers: { 'HX-Request': 'true' } });
    const door = reply.headers.get('HX-Redirect');
    if (door) location.assign(door);
    if (!reply.ok) throw Object.assign(new Error(), { status: reply.status });
    return reply.text();
  }

  function read(html) {
    return page.one('[data-copy-field]', new DOMParser().parseFromString(html, 'text/html'));
  }

  async function copy(text, field) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return select(text, field);
    }
  }

  // http on a home network has no clipboard interface.
  function select(text, field) {
    const area = field || (page.modal() || document.body).appendChild(Object.assign(document.createElement('textarea'), { value: text, className: 'vh' }));
    area.select();
    const done = document.execCommand('copy');
    if (!field) area.remove();
    return done;
  }

  function confirm(button) {
    if (!button) return;
    const label = page.one('span:not(.vh)', button) || button;
    button.dataset.label ||= label.textContent;
    if (button.dataset.copied) label.textContent = button.dataset.copied;
    button.classList.add('copied');
    page.toast({ text: button.dataset.done });
    setTimeout(() => { label.textContent = button.dataset.label; button.classList.remove('copied'); }, 4000);
  }
}
