// <input type="color" data-colour-of="id">: the picker and the text field beside it follow each other.
{
  const tell = field => field.dispatchEvent(new Event('input', { bubbles: true }));
  const whole = text => /^#?[0-9a-f]{6}$/i.test(text.trim());

  document.addEventListener('input', ({ target }) => {
    const field = document.getElementById(target.dataset?.colourOf);
    if (field) {
      field.value = target.value;
      tell(field);
      return;
    }
    const picker = target.id && page.one(`[data-colour-of="${CSS.escape(target.id)}"]`);
    if (picker && whole(target.value)) picker.value = `#${target.value.trim().replace('#', '').toLowerCase()}`;
  });
}
