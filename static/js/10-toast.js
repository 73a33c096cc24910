// HX-Trigger: {"toast": {"text": "…", "tone": "ok", "undo": "/address"}}. Six seconds; with an action until closed.
page.toast = ({ text, tone = 'ok', undo, retry }) => {
  const box = page.one('#toasts');
  if (!box || !text) return;
  // Everything outside an open modal dialog is inert and unheard.
  (page.modal() || document.body).append(box);
  const toast = Object.assign(document.createElement('div'), { className: 'toast' });
  toast.dataset.tone = tone;
  const words = Object.assign(document.createElement('p'), { textContent: text });
  toast.append(icon(tone === 'bad' ? 'st-late' : 'check'), words);
  if (undo) toast.append(action(box.dataset.undo, () => htmx.ajax('POST', undo, { target: 'body', swap: 'none' })));
  if (retry) toast.append(action(box.dataset.retry, retry));
  toast.append(cross());
  if (!undo && !retry) leaveAlone();
  box.replaceChildren(toast);

  function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'use'));
    svg.firstChild.setAttribute('href', `${box.dataset.icons}#i-${name}`);
    return svg;
  }

  function action(label, act) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'linkbtn', textContent: label });
    button.addEventListener('click', () => { toast.remove(); act(); });
    return button;
  }

  function cross() {
    const button = action('', () => {});
    button.className = 'btn quiet sq small';
    button.setAttribute('aria-label', box.dataset.close);
    button.append(icon('x'));
    return button;
  }

  // Reading time ends only while nobody points at it or stands in it (WCAG 2.2.1).
  function leaveAlone() {
    let timer;
    const go = () => { timer = setTimeout(() => toast.remove(), 6000); };
    const stay = () => clearTimeout(timer);
    for (const type of ['mouseenter', 'focusin']) toast.addEventListener(type, stay);
    for (const type of ['mouseleave', 'focusout']) toast.addEventListener(type, go);
    go();
  }
};

document.addEventListener('toast', event => page.toast(event.detail));
