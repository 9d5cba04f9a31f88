// The stage and the status of one job. props.value: see studio/parts/card.py.
const find = (name) => element.querySelector(name);
const heard = find('.heard');
const stage = find('.stage'), picture = find('.stage-picture'), empty = find('.stage-empty');
const head = find('.status-head'), detail = find('.status-detail'), badge = find('.status-badge');
const bar = find('.bar'), fill = find('.bar-fill'), stop = find('.stop'), trouble = find('.trouble');
const clip = find('.stage-clip'), acts = find('.acts');
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
// The sample on the stage: it plays by itself, and stands still for those who ask for calm.
const showClip = (address, poster) => {
  const ours = address.startsWith('pirouette/') ? address : '';
  if ((clip.getAttribute('src') || '') !== ours) {
    if (!ours) { clip.pause(); clip.removeAttribute('src'); clip.load(); }
    else { clip.poster = poster; clip.src = ours; clip.controls = calm; if (!calm) clip.play().catch(() => {}); }
  }
  clip.hidden = !ours;
  return Boolean(ours);
};
// The video of the job is beside this part; it is saved under a name that says what it is. The
// server has a name of its own for it, so it is fetched first.
const download = async (name) => {
  const video = document.querySelector('#result video');
  if (!video) return;
  const reply = await fetch(video.currentSrc || video.src);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await reply.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};
const showActs = (card) => {
  const said = JSON.stringify(card.actions);
  if (acts.dataset.said === said) return;
  acts.dataset.said = said;
  acts.hidden = !card.actions.length;
  acts.replaceChildren(...card.actions.map(([name, words]) => {
    const act = make('button', 'act', words);
    act.type = 'button';
    act.dataset.act = name;
    act.addEventListener('click', () => name === 'download' ? download(props.value.file) : acted(name));
    return act;
  }));
};
const acted = (name) => {
  const { id } = props.value; // what is asked is for the job that is seen here
  if (name === 'again') trigger('again', { id });
  if (name === 'longer') trigger('longer', { id });
  if (name === 'use') trigger('use', { id });
  if (name === 'resume') trigger('resume', { id });
};
// The finished pieces of the job on the stage; when it is done, its video goes on where they were.
const player = playPieces([...element.querySelectorAll('.stage-piece')], calm);
let playing = '';
const showPieces = (card) => {
  const second = player.second();
  const seen = player.show(card.pieces || [], card.ready || '');
  if (playing && playing === card.id && card.state === 'done') goOnAt(second);
  playing = seen ? card.id : '';
  return seen;
};
const show = (what, text) => { what.textContent = text || ''; what.hidden = !text; };
const paint = () => {
  const card = props.value;
  if (!card) return;
  stage.dataset.state = card.state;
  stage.dataset.job = card.id; // the page tells the server what is on its stage: tab.py
  stage.hidden = !card.stage;
  const seen = (card.preview || '').startsWith('data:image/jpeg;base64,');
  if (seen && picture.src !== card.preview) picture.src = card.preview;
  const played = showPieces(card);
  picture.hidden = !seen || player.drawn();
  picture.alt = card.head;
  empty.hidden = showClip(card.clip || '', card.poster || '') || seen || played;
  showActs(card);
  show(find('.stage-line'), card.state === 'empty' ? card.head : '');
  show(find('.stage-more'), card.state === 'empty' ? card.detail : '');
  find('.status').hidden = card.state === 'empty';
  show(find('.status-who'), card.who);
  show(head, card.head);
  // Read aloud when something new happens, not with every step.
  const news = card.state === 'empty' ? '' : card.head;
  if (heard.textContent !== news) heard.textContent = news;
  show(detail, card.detail);
  show(find('.status-ready'), card.ready);
  show(badge, card.badge);
  show(find('.status-note'), card.note);
  bar.hidden = card.percent === null;
  bar.classList.toggle('bar-unsure', card.percent === 0);
  bar.setAttribute('aria-valuenow', card.percent ?? 0);
  bar.setAttribute('aria-label', card.head);
  fill.style.width = `${card.percent ?? 0}%`;
  show(stop, card.stop);
  stop.disabled = !card.can_stop;
  trouble.hidden = !card.trouble;
  trouble.replaceChildren();
  for (const [title, text] of card.trouble || []) {
    const line = make('p');
    line.append(make('b', '', title), make('span', '', text));
    trouble.append(line);
  }
};
stop.addEventListener('click', () => { stop.disabled = true; trigger('stop', { id: props.value.id }); });
paint();
watch('value', paint);
