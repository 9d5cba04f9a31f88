// What is in the making, above the wall. props.value: {items: [status of the card + id, name, still]}.
const row = element.querySelector('.wings-row');
const paint = () => {
  element.querySelector('.wings-title').textContent = given.words.title[language()];
  const items = props.value?.items || [];
  element.querySelector('.wings').hidden = !items.length;
  const focused = row.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  row.replaceChildren(...items.map((item) => {
    const line = make('li', 'wing'), picture = make('img', 'wing-picture');
    line.dataset.state = item.state;
    const source = item.preview || item.still;
    if (/^(data:image\/jpeg;base64,|pirouette\/)/.test(source)) picture.src = source;
    picture.alt = '';
    const words = make('div', 'wing-words');
    words.append(make('b', 'wing-name', item.name), make('span', 'wing-head', item.head), make('span', 'wing-detail', item.detail));
    const bar = make('div', 'bar'), fill = make('div', 'bar-fill');
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-label', item.name);
    bar.setAttribute('aria-valuemin', 0);
    bar.setAttribute('aria-valuemax', 100);
    bar.setAttribute('aria-valuenow', item.percent ?? 0);
    fill.style.width = `${item.percent ?? 0}%`;
    bar.append(fill);
    words.append(bar);
    const stop = make('button', 'stop', item.stop);
    stop.type = 'button';
    stop.disabled = !item.can_stop;
    stop.dataset.id = item.id;
    stop.addEventListener('click', () => { stop.disabled = true; trigger('stop', { id: item.id }); });
    line.append(picture, words, stop);
    return line;
  }));
  if (focused) row.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
};
inLanguage(paint);
watch('value', paint);
