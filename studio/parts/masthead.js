// Name, language and light. `given` (masthead.py) holds words by language: page_title, skip, ...
const buttons = [...element.querySelectorAll('.languages button')];
const skip = element.querySelector('.skip'), lamp = element.querySelector('.lamp');
const paint = () => {
  const now = language(), say = (key) => given[key][now];
  document.documentElement.lang = now;
  document.title = say('page_title');
  skip.textContent = say('skip');
  element.querySelector('.tagline').textContent = say('tagline');
  element.querySelector('.private').textContent = say('private');
  element.querySelector('.private').hidden = !given.is_private;
  element.querySelector('.languages').setAttribute('aria-label', say('language'));
  for (const one of buttons) one.setAttribute('aria-pressed', String(one.dataset.language === now));
  lamp.setAttribute('aria-label', say('dark'));
  lamp.title = say('dark');
  lamp.setAttribute('aria-pressed', String(document.body.classList.contains('dark')));
};
for (const one of buttons) {
  one.addEventListener('click', async () => {
    await pirouette.speak(one.dataset.language);
    paint();
    trigger('input');  // what the server says is said anew
  });
}
lamp.addEventListener('click', () => {
  pirouette.dim(!document.body.classList.contains('dark'));
  paint();
});
// The page has a base address, so following the link would load it anew.
skip.addEventListener('click', (event) => {
  event.preventDefault();
  const place = [...document.querySelectorAll('h2')].find((title) => title.offsetParent);
  if (!place) return;
  place.tabIndex = -1;
  place.focus();
});
inLanguage(paint);
