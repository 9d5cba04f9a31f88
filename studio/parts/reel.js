// Example videos. `given` (reel.py) holds title and items: [{key, clip, poster, person, dance}].
const row = element.querySelector('.shelf-row'), calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const paint = () => {
  element.querySelector('.reel').hidden = !given.items.length;
  element.querySelector('.shelf-title').textContent = given.title[language()];
  row.replaceChildren(...given.items.map((item) => {
    const tile = make('button', 'sample');
    tile.type = 'button';
    tile.dataset.key = item.key;
    const frame = make('span', 'sample-frame'), clip = make('video');
    Object.assign(clip, { muted: true, loop: true, playsInline: true, preload: 'none', poster: item.poster, src: item.clip });
    clip.setAttribute('aria-hidden', 'true');
    clip.tabIndex = -1;
    frame.append(clip);
    tile.append(frame, make('span', 'sample-name', item.dance[language()]), make('span', 'sample-who', item.person[language()]));
    const play = () => { if (!calm) clip.play().catch(() => {}); }; // leaving at once aborts it, which is fine
    for (const name of ['pointerenter', 'focus']) tile.addEventListener(name, play);
    for (const name of ['pointerleave', 'blur']) tile.addEventListener(name, () => clip.pause());
    tile.addEventListener('click', () => trigger('choose', { key: item.key }));
    return tile;
  }));
};
inLanguage(paint);
