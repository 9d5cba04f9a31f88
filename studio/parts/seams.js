// The ways of blending side by side. props.value: see studio/parts/seams.py, or null at first.
// The clip holds all of them in one row; each is drawn on a canvas of its own, so that they stay in
// step and a phone can show them two by two.
const find = (name) => element.querySelector(name);
const ask = find('.seams-ask'), work = find('.seams-work'), found = find('.seams-found');
const stop = find('.seams-stop'), bar = find('.bar'), said = find('.seams-said'), heard = find('.heard');
const modes = find('.seams-modes'), play = find('.seams-play'), drop = find('.seams-drop');
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const word = (key) => given.words[key][language()];
const video = document.createElement('video');
Object.assign(video, { muted: true, loop: true, playsInline: true, preload: 'auto' });
const LIVE_MS = 1000;
let canvases = [], joins = [], clip = '', drawing = 0, wanted = !calm;

const drawOnce = () => {
  if (video.readyState < 2 || !canvases.length) return;
  const wide = video.videoWidth / canvases.length, high = video.videoHeight;
  canvases.forEach((canvas, at) => {
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    canvas.getContext('2d').drawImage(video, at * wide, 0, wide, high, 0, 0, wide, high);
  });
  const now = video.currentTime;
  modes.dataset.join = String(joins.some(([first, last]) => first <= now && now < last));
};
const draw = () => {
  drawOnce();
  const moving = element.isConnected && !video.paused && modes.clientWidth > 0;
  drawing = moving ? requestAnimationFrame(draw) : 0;
  if (!element.isConnected) video.pause();
};
const begin = () => { if (!drawing) drawing = requestAnimationFrame(draw); };
const wordPlay = () => { play.textContent = word(video.paused ? 'play' : 'pause'); };
for (const kind of ['play', 'pause']) video.addEventListener(kind, () => { wordPlay(); begin(); });
for (const kind of ['loadeddata', 'seeked']) video.addEventListener(kind, drawOnce);

const tile = (mode) => {
  const item = make('li', 'seams-mode'), canvas = make('canvas', 'seams-picture');
  item.dataset.mode = mode.key;
  item.dataset.best = String(mode.best);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', mode.alt);
  const use = make('button', 'act seams-use', mode.use);
  use.type = 'button';
  use.addEventListener('click', () => trigger('pick', { mode: mode.key }));
  item.append(canvas, make('b', 'seams-name', mode.name), make('span', 'seams-level', mode.words),
    make('span', 'seams-score', mode.score), use);
  return item;
};
const showFound = (view) => {
  const seen = view.modes.length > 0 && isOurs(view.clip);
  found.hidden = !seen;
  if (!seen) { video.pause(); video.removeAttribute('src'); clip = ''; modes.replaceChildren(); canvases = []; return; }
  joins = view.joins;
  find('.seams-verdict').textContent = view.verdict;
  find('.seams-of').textContent = view.of;
  find('.seams-note').textContent = view.note;
  const told = JSON.stringify(view.modes);
  if (modes.dataset.told !== told || !modes.children.length) {
    modes.dataset.told = told;
    modes.replaceChildren(...view.modes.map(tile));
    canvases = [...modes.querySelectorAll('canvas')];
    drawOnce();
  }
  if (view.clip !== clip) {
    clip = view.clip;
    video.src = clip;
  }
};
const paint = () => {
  const view = props.value || { live: false, modes: [], said: null, head: '' };
  const focused = document.activeElement;
  ask.textContent = word(view.modes.length ? 'again' : 'ask');
  find('.seams-help').textContent = word('help');
  drop.textContent = word('drop');
  wordPlay();
  ask.hidden = view.live;
  find('.seams-help').hidden = view.live || view.modes.length > 0;
  work.hidden = !view.live;
  find('.seams-head').textContent = view.head;
  find('.seams-detail').textContent = view.detail || '';
  stop.textContent = view.stop || '';
  stop.disabled = !view.can_stop;
  bar.hidden = view.percent === null || view.percent === undefined;
  bar.classList.toggle('bar-unsure', view.percent === 0);
  bar.setAttribute('aria-valuenow', view.percent ?? 0);
  bar.setAttribute('aria-label', view.head);
  find('.bar-fill').style.width = `${view.percent ?? 0}%`;
  said.hidden = !view.said;
  said.replaceChildren(...(view.said || []).filter(Boolean).map((line, at) => make(at ? 'span' : 'b', '', line)));
  showFound(view);
  // Read aloud when something new happens, not with every step.
  const news = view.live ? view.head : view.verdict || '';
  if (heard.textContent !== news) heard.textContent = news;
  // What had the focus may be gone: its successor takes it.
  if (focused === ask && ask.hidden) stop.focus();
  if (focused === stop && work.hidden) (found.hidden ? ask : play).focus();
};
ask.addEventListener('click', () => {
  ask.disabled = true;
  setTimeout(() => { ask.disabled = false; }, 1500);
  trigger('ask');
});
stop.addEventListener('click', () => { stop.disabled = true; trigger('stop', { id: props.value.id }); });
drop.addEventListener('click', () => { trigger('drop', { id: props.value.id }); ask.focus(); });
play.addEventListener('click', () => {
  wanted = video.paused;
  if (wanted) video.play().catch(() => {}); else video.pause();
});
// Its own clock: nothing is asked while it is out of sight, or when nothing is in the making.
let asked = 0, known = false;
const clock = setInterval(() => {
  if (!element.isConnected) { video.pause(); return clearInterval(clock); }
  const visible = element.clientWidth > 0 && !document.hidden;
  if (!visible) { video.pause(); return; }
  if (wanted && clip && video.paused) video.play().catch(() => {});
  if ((!known || props.value?.live) && Date.now() - asked >= LIVE_MS) {
    known = true;
    asked = Date.now();
    trigger('look');
  }
}, 300);
inLanguage(() => { known = false; paint(); });
watch('value', paint);
