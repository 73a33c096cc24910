// data-drop: files may be dropped on the field. [data-drop-name] inside shows what was chosen; <progress data-progress> runs.
{
  for (const type of ['dragenter', 'dragover']) {
    page.on(type, '[data-drop]', (area, event) => { event.preventDefault(); area.classList.add('over'); });
  }
  page.on('dragleave', '[data-drop]', (area, event) => { if (!area.contains(event.relatedTarget)) area.classList.remove('over'); });

  page.on('drop', '[data-drop]', (area, event) => {
    event.preventDefault();
    area.classList.remove('over');
    const field = page.one('input[type="file"]', area);
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });

  page.on('change', '[data-drop] input[type="file"]', field => {
    const name = page.one('[data-drop-name]', field.closest('[data-drop]'));
    if (name) name.textContent = [...field.files].map(file => file.name).join(', ');
  });

  document.addEventListener('htmx:xhr:progress', ({ target, detail }) => {
    const bar = page.one('progress[data-progress]', target);
    if (!bar || !detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = detail.loaded / detail.total;
  });
}
