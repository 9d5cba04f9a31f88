// One choice of several pictures: a radio group with arrow keys, and filters above it.
// `given` (picker.py) holds title, large, filters {key: name} and items [{key, name, note, picture, still, shelves}].
const group = element.querySelector('.picker'), bar = element.querySelector('.filters');
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const filters = Object.keys(given.filters);
let filter = filters[0];
const cells = () => [...group.querySelectorAll('button')];
const item = (key) => given.items.find((one) => one.key === key);
const fits = (one) => !filter || one.shelves.includes(filter);
// Only what is chosen or pointed at moves; everything else is a still.
const play = (cell, on) => {
  const one = item(cell.dataset.key), picture = cell.querySelector('img');
  const wanted = on && !calm ? one.picture : one.still;
  if (picture.getAttribute('src') !== wanted) picture.src = wanted;
};
const mark = () => {
  const all = cells();
  const chosen = all.find((cell) => cell.dataset.key === props.value);
  for (const cell of all) {
    cell.setAttribute('aria-checked', String(cell === chosen));
    cell.tabIndex = cell === (chosen || all[0]) ? 0 : -1;
    play(cell, cell === chosen);
  }
};
const choose = (cell) => {
  props.value = cell.dataset.key;
  mark();
  cell.focus();
  // Seen at once where the choice is shown large as well; the server's answer puts it there for good.
  const large = given.large && document.querySelector(given.large);
  if (large) large.src = item(props.value).picture;
  trigger('input');
};
const made = (one) => {
  const cell = make('button', 'pick');
  cell.type = 'button';
  cell.dataset.key = one.key;
  cell.setAttribute('role', 'radio');
  const picture = make('img');
  picture.src = one.still;
  picture.alt = '';
  picture.loading = 'lazy';
  cell.append(picture, make('span', 'pick-name', one.name[language()]));
  if (one.note) cell.append(make('span', 'pick-note', one.note[language()]));
  cell.addEventListener('click', () => choose(cell));
  for (const [name, on] of [['pointerenter', true], ['focus', true], ['pointerleave', false], ['blur', false]])
    cell.addEventListener(name, () => play(cell, on || cell.dataset.key === props.value));
  return cell;
};
const paint = () => {
  group.setAttribute('aria-label', given.title[language()]);
  group.replaceChildren(...given.items.filter(fits).map(made));
  bar.hidden = !filters.length;
  bar.setAttribute('aria-label', given.title[language()]);
  bar.replaceChildren(...filters.map((key) => {
    const chip = make('button', 'filter', given.filters[key][language()]);
    chip.type = 'button';
    chip.dataset.filter = key;
    chip.setAttribute('aria-pressed', String(key === filter));
    chip.addEventListener('click', () => {
      filter = key;
      paint();
      bar.querySelector(`[data-filter="${key}"]`).focus();
    });
    return chip;
  }));
  mark();
};
// A choice that comes from the server must be in sight.
const changed = () => {
  const one = item(props.value);
  if (one && !fits(one)) { filter = one.shelves[0]; paint(); } else mark();
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
changed();
watch('value', changed);
