// The visitor's latest jobs, newest first. props.value: {title, chosen, items: [{id, name, state, words, poster}]}.
const title = element.querySelector('.shelf-title'), row = element.querySelector('.shelf-row');
const paint = () => {
  const shelf = props.value;
  if (!shelf) return;
  element.querySelector('.shelf').hidden = !shelf.items.length;
  title.textContent = shelf.title;
  const focused = row.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  row.replaceChildren(...shelf.items.map((item) => {
    const tile = make('button', 'tile');
    tile.type = 'button';
    tile.dataset.id = item.id;
    tile.dataset.state = item.state;
    tile.setAttribute('aria-pressed', String(item.id === shelf.chosen));
    const frame = make('span', 'tile-frame');
    if (isOurs(item.poster)) {
      const poster = make('img');
      poster.src = item.poster;
      poster.alt = '';
      frame.append(poster);
    }
    tile.append(frame, make('span', 'tile-name', item.name), make('span', 'tile-state', item.words));
    tile.addEventListener('click', () => trigger('choose', { id: item.id }));
    return tile;
  }));
  if (focused) row.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
};
paint();
watch('value', paint);
