// What is in the making, above the wall. props.value: {items: [status of the card + id, name, still]}.
// A job keeps its nodes while they are painted anew: a button that is replaced between the press and
// the release is never clicked.
const row = element.querySelector('.wings-row');
const lines = new Map();
const build = (id) => {
  const line = make('li', 'wing'), words = make('div', 'wing-words');
  const picture = make('img', 'wing-picture'), stop = make('button', 'stop');
  const bar = make('div', 'bar'), fill = make('div', 'bar-fill');
  const name = make('b', 'wing-name'), head = make('span', 'wing-head'), detail = make('span', 'wing-detail');
  picture.alt = '';
  bar.setAttribute('role', 'progressbar');
  bar.setAttribute('aria-valuemin', 0);
  bar.setAttribute('aria-valuemax', 100);
  bar.append(fill);
  words.append(name, head, detail, bar);
  stop.type = 'button';
  stop.dataset.id = id;
  stop.addEventListener('click', () => { stop.disabled = true; trigger('stop', { id }); });
  line.append(picture, words, stop);
  return { line, picture, name, head, detail, bar, fill, stop };
};
const fill = (nodes, item) => {
  nodes.line.dataset.state = item.state;
  const source = item.preview || item.still;
  if (/^(data:image\/jpeg;base64,|pirouette\/)/.test(source) && nodes.picture.getAttribute('src') !== source) {
    nodes.picture.src = source;
  }
  for (const part of ['name', 'head', 'detail', 'stop']) {
    if (nodes[part].textContent !== item[part]) nodes[part].textContent = item[part];
  }
  nodes.bar.setAttribute('aria-label', item.name);
  nodes.bar.setAttribute('aria-valuenow', item.percent ?? 0);
  nodes.fill.style.width = `${item.percent ?? 0}%`;
  nodes.stop.disabled = !item.can_stop;
};
const paint = () => {
  element.querySelector('.wings-title').textContent = given.words.title[language()];
  const items = props.value?.items || [];
  element.querySelector('.wings').hidden = !items.length;
  const ids = new Set(items.map((item) => item.id));
  for (const [id, nodes] of lines) {
    if (ids.has(id)) continue;
    nodes.line.remove();
    lines.delete(id);
  }
  items.forEach((item, place) => {
    if (!lines.has(item.id)) lines.set(item.id, build(item.id));
    const nodes = lines.get(item.id);
    fill(nodes, item);
    // Moving a node takes the focus from it, so it is moved only when it is out of place.
    if (row.children[place] !== nodes.line) row.insertBefore(nodes.line, row.children[place] || null);
  });
};
inLanguage(paint);
watch('value', paint);
