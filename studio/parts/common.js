// Shared by every part. The page's language: what was chosen (assets/brand/head.html), else the
// hidden element that Gradio translates.
const language = () => {
  const chosen = document.documentElement.dataset.language;
  const said = chosen || document.querySelector('#language-code')?.textContent || navigator.language;
  return said.trim().startsWith('ko') ? 'ko' : 'en';
};
// Runs `paint` now and whenever the visitor switches the language.
const inLanguage = (paint) => {
  let last = language();
  paint();
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    if (language() !== last) { last = language(); paint(); }
  }, 700);
};
// Whether an address is one of our own files: what comes with the studio, or a copy that is served.
const isOurs = (address) => /^(pirouette\/|gradio_api\/file=)/.test(address);
// An element with a class and text; text is never read as HTML.
const make = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
};
