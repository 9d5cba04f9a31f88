// One result, large. props.value: see `detail` in gallery_player.py, or null when nothing is open.
const find = (name) => element.querySelector(name);
const player = find('.player'), video = find('.player-video'), poster = find('.player-poster');
const name = find('.player-name'), sure = find('.player-sure'), download = find('.act-download');
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const word = (key) => given.words[key][language()];
let shown = null, clip = '';

const list = (into, facts) => into.replaceChildren(...facts.map(([what, which]) => {
  const pair = make('div', 'fact');
  pair.append(make('dt', '', what), make('dd', '', which));
  return pair;
}));
// The neighbours are those on the wall, as it is now.
const neighbour = (step) => {
  const all = [...document.querySelectorAll('.works-grid .work-open')].map((one) => one.dataset.id);
  const at = all.indexOf(shown?.id);
  return at < 0 ? undefined : all[at + step];
};
const go = (step) => {
  const id = neighbour(step);
  if (id) trigger('open', { id });
};
const asking = (yes) => {
  sure.hidden = !yes;
  find('.player-acts').hidden = yes;
  if (yes) find('.act-keep').focus();
};
const words = () => {
  for (const [part, key] of [['.act-use', 'use'], ['.act-download', 'download'], ['.act-record', 'record'],
    ['.act-delete', 'delete'], ['.act-keep', 'keep'], ['.act-gone', 'gone'], ['.player-sure-words', 'sure'],
    ['.player-more summary', 'more'], ['.player-warned-head', 'warned']]) find(part).textContent = word(key);
  name.setAttribute('aria-label', word('name'));
  sure.setAttribute('aria-label', word('delete'));
  for (const [part, key] of [['.player-close', 'close'], ['.player-newer', 'newer'], ['.player-older', 'older']]) {
    find(part).setAttribute('aria-label', word(key));
    find(part).title = word(key);
  }
};
const paint = () => {
  words();
  const one = props.value;
  if (!one) { if (player.open) player.close(); return; }
  const another = shown?.id !== one.id;
  shown = one;
  if (document.activeElement !== name || another) name.value = one.name;
  player.setAttribute('aria-label', one.name);
  video.setAttribute('aria-label', one.name);
  find('.player-when').textContent = new Date(one.created * 1000)
    .toLocaleString(language(), { dateStyle: 'long', timeStyle: 'short' });
  list(find('.player-facts'), one.facts);
  list(find('.player-all'), one.every);
  const trouble = find('.trouble');
  trouble.hidden = !one.trouble.length;
  trouble.replaceChildren(...one.trouble.map(([title, text]) => {
    const line = make('p');
    line.append(make('b', '', title), make('span', '', text));
    return line;
  }));
  find('.player-warned').hidden = !one.warnings.length;
  find('.player-warned ul').replaceChildren(...one.warnings.map((line) => make('li', '', line)));
  video.hidden = !one.video;
  if (one.video !== clip) {
    clip = one.video;
    if (clip) video.src = clip; else { video.removeAttribute('src'); video.load(); }
  }
  poster.hidden = !!one.video || !isOurs(one.poster);
  if (!poster.hidden) poster.src = one.poster;
  download.hidden = !one.video;
  if (one.video) { download.href = one.download; download.download = `${one.file}.mp4`; }
  find('.player-newer').hidden = !neighbour(-1);
  find('.player-older').hidden = !neighbour(1);
  if (another) {
    asking(false);
    find('.player-more').open = false;
    find('.player-side').scrollTop = 0;
  }
  if (!player.open) {
    player.showModal();
    find('.player-close').focus();
  }
  // A browser may forbid sound before the first click: then the controls wait for one.
  if (another && clip && !calm) video.play().catch(() => { video.controls = true; });
};
const rename = () => {
  if (!shown || name.value.trim() === shown.name) { name.value = shown?.name || ''; return; }
  trigger('rename', { id: shown.id, title: name.value });
};
name.addEventListener('change', rename);
name.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') { event.preventDefault(); name.blur(); }
  if (event.key === 'Escape') { event.preventDefault(); name.value = shown?.name || ''; name.blur(); }
});
player.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.target === name || event.target === video) return;
  event.preventDefault();
  go(step);
});
player.addEventListener('click', (event) => { if (event.target === player) player.close(); });
player.addEventListener('close', () => {
  const id = shown?.id;
  video.pause();
  shown = null;
  if (props.value) props.value = null;
  const tile = document.querySelector(`.work-open[data-id="${CSS.escape(id || '')}"]`);
  (tile || document.querySelector('.work-open'))?.focus();
});
find('.player-close').addEventListener('click', () => player.close());
find('.player-newer').addEventListener('click', () => go(-1));
find('.player-older').addEventListener('click', () => go(1));
find('.act-use').addEventListener('click', () => {
  const { id } = shown;
  player.close();
  trigger('use', { id });
});
find('.act-record').addEventListener('click', () => {
  const link = make('a');
  link.href = URL.createObjectURL(new Blob([shown.record], { type: 'application/json' }));
  link.download = `${shown.file}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
find('.act-delete').addEventListener('click', () => asking(true));
find('.act-keep').addEventListener('click', () => { asking(false); find('.act-delete').focus(); });
find('.act-gone').addEventListener('click', () => {
  find('.act-gone').disabled = true;
  setTimeout(() => { find('.act-gone').disabled = false; }, 3000);
  trigger('remove', { id: shown.id });
});
inLanguage(paint);
watch('value', paint);
