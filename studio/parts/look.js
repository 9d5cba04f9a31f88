// The rehearsal. props.value: see studio/parts/look.py.
const panel = element.querySelector('.look'), picture = element.querySelector('.look-picture');
const head = element.querySelector('.look-head'), list = element.querySelector('.look-list');
const whom = element.querySelector('.whom'), frame = element.querySelector('.whom-frame');
const still = element.querySelector('.whom-still'), said = element.querySelector('.whom-said');
const isPicture = (address) => address.startsWith('data:image/webp;base64,');
// A click is answered by the next rehearsal; until then, or for so long, it takes no other.
const PATIENCE_MS = 10000;
let clicked = -PATIENCE_MS;
const button = (one) => {
  const made = make('button', 'whom-box');
  const [left, top, right, bottom] = one.at, area = (right - left) * (bottom - top);
  made.type = 'button';
  made.title = one.name;
  made.setAttribute('aria-label', one.name);
  made.setAttribute('aria-pressed', String(one.followed));
  // the smaller of two that overlap lies on top, so that both can be clicked
  Object.assign(made.style, { left: `${left}%`, top: `${top}%`, width: `${right - left}%`,
    height: `${bottom - top}%`, zIndex: String(Math.round(10000 - area)) });
  made.addEventListener('click', () => {
    if (one.followed || performance.now() - clicked < PATIENCE_MS) return;
    clicked = performance.now();
    whom.setAttribute('aria-busy', 'true');
    trigger('follow', { person: one.person });
  });
  return made;
};
const ask = (people) => {
  const here = [...frame.querySelectorAll('button')].indexOf(document.activeElement);
  clicked = -PATIENCE_MS;
  whom.removeAttribute('aria-busy');
  whom.hidden = !people || !isPicture(people.still);
  frame.replaceChildren(still);
  if (whom.hidden) return;
  still.src = people.still;
  still.alt = people.alt;
  said.textContent = people.said;
  whom.setAttribute('aria-label', people.alt);
  frame.append(...people.boxes.map(button));
  if (here >= 0) frame.querySelectorAll('button')[here]?.focus({ preventScroll: true });
};
const paint = () => {
  const seen = props.value;
  panel.hidden = !seen;
  if (!seen) return;
  const drawn = isPicture(seen.picture);
  picture.hidden = !drawn;
  if (drawn) picture.src = seen.picture;
  picture.alt = seen.alt;
  panel.dataset.good = String(seen.good);
  head.textContent = seen.head;
  list.replaceChildren(...seen.lines.map((line) => make('li', '', line)));
  list.hidden = !seen.lines.length;
  ask(seen.whom);
};
paint();
watch('value', paint);
