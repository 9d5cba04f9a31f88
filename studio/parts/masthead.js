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
  one.addEventListener('click', () => pirouette.speak(one.dataset.language));
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
// Gradio names the buttons of uploads otherwise than by the words that stand on them, so whoever
// speaks to the computer could not press them; and a tab that was never opened keeps its name in the
// browser's language when another was chosen.
const nameOwnPhoto = ownPhoto(() => given.own_photo[language()]);
const mendToasts = toasts((key) => given[`toast_${key}`][language()]);
const mend = () => {
  nameOwnPhoto();
  mendToasts();
  for (const [name, words] of Object.entries(given.buttons)) {
    for (const button of document.querySelectorAll(`[aria-label="${name}"]`)) {
      if (words[language()] !== name) button.ariaLabel = words[language()];
    }
  }
  // Where the settings are no preset, its field says so: Gradio's has no words for that.
  document.querySelector('#preset input')?.setAttribute('placeholder', given.own_settings[language()]);
  for (const button of document.querySelectorAll('button.upload-container[aria-label]')) {
    if (button.textContent.trim()) button.removeAttribute('aria-label');
  }
  for (const [name, words] of Object.entries(given.tabs)) {
    for (const node of document.getElementById(`tab-${name}-button`)?.childNodes || []) {
      const said = node.nodeType === Node.TEXT_NODE ? node.data.trim() : '';
      if (said && said !== words[language()]) node.data = words[language()];
    }
  }
  // Gradio counts the bytes of a small file in tenths: "14.0 B".
  for (const cell of document.querySelectorAll('.file-preview .download')) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const [, count] = texts.currentNode.data.match(/^(\d+)\.0\sB\b/) || [];
      if (count) texts.currentNode.data = given.bytes[language()].replace('{count}', count);
    }
  }
};
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
mend();
inLanguage(() => { paint(); mend(); });
