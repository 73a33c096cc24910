// Menus close when something in them was chosen. Browsers without popovers get the same by a class.
{
  const able = 'popover' in HTMLElement.prototype;
  if (!able) document.documentElement.classList.add('no-popover');

  page.on('click', '.menu a, .menu button', item => {
    const menu = item.closest('[popover]');
    if (able) menu?.hidePopover();
    else menu?.classList.remove('open');
  });

  if (!able) {
    document.addEventListener('click', ({ target }) => {
      const button = target.closest('[popovertarget]');
      const menu = button && document.getElementById(button.getAttribute('popovertarget'));
      for (const other of page.all('[popover].open')) {
        if (other !== menu && !other.contains(target)) other.classList.remove('open');
      }
      menu?.classList.toggle('open');
    });
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') page.all('[popover].open').forEach(menu => menu.classList.remove('open'));
    });
  }
}
