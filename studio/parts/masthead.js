// Name, language and light. `given` (masthead.py) holds words by language: title, skip, tagline, ...
const LANGUAGE = 'pirouette-language', LIGHT = 'pirouette-light';
const buttons = [...element.querySelectorAll('.languages button')];
const skip = element.querySelector('.skip'), lamp = element.querySelector('.lamp');
// A browser may forbid to remember; then the choice lasts as long as the page.
const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* not kept */ } };
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
  light();
};
const light = () => {
  const dark = document.body.classList.contains('dark');
  lamp.setAttribute('aria-label', given.dark[language()]);
  lamp.setAttribute('aria-pressed', String(dark));
  lamp.title = given.dark[language()];
};
// Gradio's own settings page sets the language through this store, and there is no other way to
// do so without a reload, which would empty the form. Files are named by their content, so it is
// known by what it can do.
const store = async () => {
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name);
  const linked = [...document.querySelectorAll('link[rel=modulepreload]')].map((link) => link.href);
  const file = [...loaded, ...linked].find((name) => /\/assets\/runtime-[\w-]+\.js$/.test(name));
  const parts = file ? Object.values(await import(file)) : [];
  return parts.find((part) => part && part.set && part.subscribe);
};
const speak = async (wanted) => (await store())?.set(wanted);
for (const one of buttons) {
  one.addEventListener('click', () => {
    remember(LANGUAGE, one.dataset.language);
    speak(one.dataset.language);
  });
}
lamp.addEventListener('click', () => {
  const dark = document.body.classList.toggle('dark');
  remember(LIGHT, dark ? 'dark' : 'light');
  light();
});
// The page has a base address, so following the link would load it anew.
skip.addEventListener('click', (event) => {
  event.preventDefault();
  const place = [...document.querySelectorAll('h2')].find((title) => title.offsetParent);
  if (!place) return;
  place.tabIndex = -1;
  place.focus();
});
const asked = new URLSearchParams(location.search).get('__theme');
if (!asked && recall(LIGHT)) document.body.classList.toggle('dark', recall(LIGHT) === 'dark');
const wanted = recall(LANGUAGE);
if (wanted && wanted !== language()) speak(wanted);
inLanguage(paint);
