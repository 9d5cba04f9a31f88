// The visitor's results as a wall of pictures, newest first.
// props.value (gallery.py): {order: [id], fresh: [work], more, empty, live}; a work is sent once,
// and again when it changes. `given` holds the words and the pictures of the empty wall.
const find = (name) => element.querySelector(name);
const grid = find('.works-grid'), empty = find('.works-empty'), older = find('.works-older');
// Gradio draws this part again whenever its tab is opened; what was sent must outlive it.
const works = (window.pirouetteWorks ??= new Map());
const tiles = new Map();
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const LIVE_MS = 1200, IDLE_MS = 6000;

const when = (seconds) => {
  const date = new Date(seconds * 1000), now = new Date();
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  const day = date.toLocaleDateString(language(), { year, month: 'short', day: 'numeric' });
  return `${day}, ${date.toLocaleTimeString(language(), { hour: 'numeric', minute: '2-digit' })}`;
};
const drawn = (work) => {
  const old = tiles.get(work.id);
  if (old && old.work === work && old.language === language()) return old.node;
  const node = make('li', 'work'), open = make('button', 'work-open');
  open.type = 'button';
  open.dataset.id = work.id;
  node.dataset.state = work.state;
  const frame = make('span', 'work-frame');
  if (isOurs(work.poster)) {
    const poster = make('img');
    Object.assign(poster, { alt: '', loading: 'lazy', decoding: 'async', src: work.poster });
    frame.append(poster);
  }
  if (work.state === 'done') frame.append(make('span', 'work-play'));
  else frame.append(make('span', 'work-state', work.words));
  const time = make('time', 'work-when', when(work.created));
  time.dateTime = new Date(work.created * 1000).toISOString();
  open.append(frame, make('span', 'work-name', work.name), time, make('span', 'work-facts', work.facts));
  open.addEventListener('click', () => {
    open.setAttribute('aria-busy', 'true');
    setTimeout(() => open.removeAttribute('aria-busy'), 4000);
    trigger('open', { id: work.id });
  });
  node.append(open);
  tiles.set(work.id, { work, language: language(), node });
  return node;
};
const paint = () => {
  find('.works-empty-line').textContent = given.words.empty[language()];
  find('.works-empty-more').textContent = given.words.more[language()];
  find('.works-first').textContent = given.words.first[language()];
  older.textContent = given.words.older[language()];
  const view = props.value;
  if (!view) return;
  for (const work of view.fresh) works.set(work.id, work);
  const here = view.order.map((id) => works.get(id)).filter(Boolean);
  if (here.length < view.order.length) trigger('look', { all: true });
  const nodes = here.map(drawn);
  if (nodes.length !== grid.children.length || nodes.some((node, at) => node !== grid.children[at])) {
    const focused = grid.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    grid.replaceChildren(...nodes);
    if (focused) tiles.get(focused)?.node.querySelector('button').focus({ preventScroll: true });
  }
  for (const open of grid.querySelectorAll('[aria-busy]')) open.removeAttribute('aria-busy');
  empty.hidden = !view.empty;
  older.hidden = !view.more;
};
find('.works-cast').append(...given.pictures.map((one) => {
  const picture = make('img');
  picture.src = calm ? one.still : one.moving;
  picture.alt = '';
  return picture;
}));
find('.works-first').addEventListener('click', () => document.querySelector('#tab-dance-button')?.click());
older.addEventListener('click', () => {
  older.disabled = true;
  setTimeout(() => { older.disabled = false; }, 1500);
  trigger('older');
});
// Its own clock: nothing is asked while the wall is out of sight.
let seen = false, asked = 0;
const clock = setInterval(() => {
  if (!element.isConnected) return clearInterval(clock);
  const visible = element.clientWidth > 0 && !document.hidden;
  const pause = !visible ? Infinity : !seen ? 0 : props.value?.live ? LIVE_MS : IDLE_MS;
  if (Date.now() - asked >= pause) { asked = Date.now(); trigger('look', { all: works.size === 0 }); }
  seen = visible;
}, 300);
inLanguage(paint);
watch('value', paint);
