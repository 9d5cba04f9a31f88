// Where a result is dropped to get its settings back. props.value: null, {facts, notes}, or {at} when
// a file gave nothing (the notice says why).
// The file itself goes through Gradio's own upload field, which is out of sight.
const find = (name) => element.querySelector(name);
const drop = find('.drop'), found = find('.found'), more = find('.drop-more');
const word = (key) => given.words[key][language()];
const field = () => document.querySelector('#restore-file input[type=file]');
let reading = 0;
const say = () => { more.textContent = word(drop.classList.contains('drop-over') ? 'drop' : reading ? 'reading' : 'more'); };
const paint = () => {
  find('.drop-title').textContent = word('title');
  find('.drop-choose').textContent = word('choose');
  find('.found-title').textContent = word('found');
  find('.act-use').textContent = word('use');
  find('.found-dismiss').textContent = word('dismiss');
  say();
  const view = props.value;
  found.hidden = !view?.facts;
  if (found.hidden) return;
  find('.found-facts').replaceChildren(...view.facts.map(([what, which]) => {
    const pair = make('div', 'fact');
    pair.append(make('dt', '', what), make('dd', '', which));
    return pair;
  }));
  find('.found-notes').replaceChildren(...view.notes.map((note) => make('li', '', note)));
};
const arrived = () => {
  clearTimeout(reading);
  reading = 0;
  paint();
  if (!found.hidden) found.focus();
};
const send = (files) => {
  const input = field();
  if (!input || !files?.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  input.files = one.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  reading = setTimeout(() => { reading = 0; say(); }, 60000);
  say();
};
const over = (yes) => { drop.classList.toggle('drop-over', yes); say(); };
const mine = (event) => element.clientWidth > 0 && [...(event.dataTransfer?.types || [])].includes('Files');
// Anywhere on the page will do while the gallery is in sight.
const page = new AbortController();
const listen = (kind, act) => document.addEventListener(kind, (event) => {
  if (!element.isConnected) return page.abort();
  if (!mine(event)) return;
  event.preventDefault();
  act(event);
}, { signal: page.signal });
listen('dragover', () => over(true));
listen('dragleave', (event) => { if (!event.relatedTarget) over(false); });
listen('drop', (event) => { over(false); send(event.dataTransfer.files); });
find('.drop-choose').addEventListener('click', () => field()?.click());
find('.act-use').addEventListener('click', () => { trigger('use'); props.value = null; paint(); });
find('.found-dismiss').addEventListener('click', () => { props.value = null; paint(); });
inLanguage(paint);
watch('value', arrived);
