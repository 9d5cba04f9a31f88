// The stage and the status of one job. props.value: see studio/parts/card.py.
const find = (name) => element.querySelector(name);
const stage = find('.stage'), picture = find('.stage-picture'), empty = find('.stage-empty');
const head = find('.status-head'), detail = find('.status-detail'), badge = find('.status-badge');
const bar = find('.bar'), fill = find('.bar-fill'), stop = find('.stop'), trouble = find('.trouble');
const show = (what, text) => { what.textContent = text || ''; what.hidden = !text; };
const paint = () => {
  const card = props.value;
  if (!card) return;
  stage.dataset.state = card.state;
  stage.hidden = !card.stage;
  const seen = (card.preview || '').startsWith('data:image/jpeg;base64,');
  if (seen && picture.src !== card.preview) picture.src = card.preview;
  picture.hidden = !seen;
  picture.alt = card.head;
  empty.hidden = seen;
  show(find('.stage-line'), card.state === 'empty' ? card.head : '');
  show(find('.stage-more'), card.state === 'empty' ? card.detail : '');
  find('.status').hidden = card.state === 'empty';
  show(head, card.head);
  show(detail, card.detail);
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
stop.addEventListener('click', () => { stop.disabled = true; trigger('stop'); });
paint();
watch('value', paint);
