// One choice of several pictures: a radio group with arrow keys.
// `given` (picker.py) holds title and items: [{key, name, picture, still}].
const group = element.querySelector('.picker');
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const cells = () => [...group.querySelectorAll('button')];
const mark = () => {
  const all = cells();
  const chosen = all.find((cell) => cell.dataset.key === props.value);
  for (const cell of all) {
    cell.setAttribute('aria-checked', String(cell === chosen));
    cell.tabIndex = cell === (chosen || all[0]) ? 0 : -1;
  }
};
const choose = (cell) => {
  props.value = cell.dataset.key;
  mark();
  cell.focus();
  trigger('input');
};
const paint = () => {
  group.setAttribute('aria-label', given.title[language()]);
  group.replaceChildren(...given.items.map((item) => {
    const cell = make('button', 'pick');
    cell.type = 'button';
    cell.dataset.key = item.key;
    cell.setAttribute('role', 'radio');
    const picture = make('img');
    picture.src = calm ? item.still : item.picture;
    picture.alt = '';
    picture.loading = 'lazy';
    cell.append(picture, make('span', 'pick-name', item.name[language()]));
    cell.addEventListener('click', () => choose(cell));
    return cell;
  }));
  mark();
};
group.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = cells();
  const at = all.indexOf(document.activeElement);
  choose(all[(at + step + all.length) % all.length]);
});
inLanguage(paint);
watch('value', mark);
