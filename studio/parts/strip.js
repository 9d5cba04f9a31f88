// Where the windows of a long video lie. props.value: see studio/parts/strip.py.
const hillsOf = element.querySelector('.strip-hills');
const [begin, end] = element.querySelectorAll('.strip-scale span');
const words = element.querySelector('.strip-words');
const HIGH = 100;
const drawn = (tag, name, numbers, text) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  made.setAttribute('class', name);
  for (const [key, value] of Object.entries(numbers)) made.setAttribute(key, value);
  const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  title.textContent = text;
  made.append(title);
  return made;
};
// One window: a step per frame, as high as its share of the frame.
const outline = (hill) => {
  const points = [`${hill.first},${HIGH}`];
  hill.heights.forEach((height, index) => {
    const top = HIGH - 0.92 * HIGH * height, left = hill.first + index;
    points.push(`${left},${top}`, `${left + 1},${top}`);
  });
  points.push(`${hill.first + hill.heights.length},${HIGH}`);
  return points.join(' ');
};
const paint = () => {
  const plan = props.value;
  const figure = element.querySelector('.strip');
  figure.hidden = !plan;
  figure.dataset.joins = plan ? plan.joins.length : '';
  if (!plan) return;
  hillsOf.setAttribute('viewBox', `0 0 ${plan.frames} ${HIGH}`);
  hillsOf.setAttribute('aria-label', plan.words);
  hillsOf.replaceChildren(
    ...plan.hills.map((hill, index) => drawn(
      'polygon', index % 2 ? 'strip-hill odd' : 'strip-hill', { points: outline(hill) }, hill.words)),
    ...plan.joins.map((join) => drawn(
      'line', 'strip-join', { x1: join.place, x2: join.place, y1: 0, y2: 7 }, join.words)));
  begin.textContent = '0';
  end.textContent = plan.end;
  words.textContent = plan.words;
};
paint();
watch('value', paint);
