// The rehearsal. props.value: see studio/parts/look.py.
const panel = element.querySelector('.look'), picture = element.querySelector('.look-picture');
const head = element.querySelector('.look-head'), list = element.querySelector('.look-list');
const paint = () => {
  const seen = props.value;
  panel.hidden = !seen;
  if (!seen) return;
  const drawn = seen.picture.startsWith('data:image/webp;base64,');
  picture.hidden = !drawn;
  if (drawn) picture.src = seen.picture;
  picture.alt = seen.alt;
  panel.dataset.good = String(seen.good);
  head.textContent = seen.head;
  list.replaceChildren(...seen.lines.map((line) => make('li', '', line)));
  list.hidden = !seen.lines.length;
};
paint();
watch('value', paint);
