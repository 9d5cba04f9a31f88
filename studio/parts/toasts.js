// Gradio says a few things itself, in a corner of the page, in English and in terms of its own. Here
// they are said as the rest of the page speaks; `say(key)` gives the words of `toast_<key>`.
const HEARD = [
  // The studio may read well what a browser cannot play; what is wrong is said at its field.
  [/^Video not playable$/, () => null],
  [/^Connection to the server was lost/, () => ({ key: 'lost' })],
  [/^File\(s\) exceed the maximum allowed size of (.+?): (.+)$/,
    (most, names) => ({ key: 'large', most: most.replace('.0 ', ' ').toUpperCase(), names: names.replaceAll('"', '') })],
  [/^Invalid file types?: (.+)\. Only (.+) allowed\.$/,
    (names, kinds) => ({ key: kinds.includes('image/') ? 'picture' : 'video', names })],
];
const toasts = (say) => {
  const fill = (words, places) => words.replace(/\{(\w+)\}/g, (_, name) => places[name]);
  const sayAnew = (place) => {
    const said = place.textContent.trim();
    const [pattern, meaning] = HEARD.find(([one]) => one.test(said)) || [];
    if (!pattern) return;
    const ours = meaning(...said.match(pattern).slice(1));
    place.dataset.ours = ours?.key || 'nothing';
    if (!ours) return;
    const [what, fix] = ['what', 'fix'].map((part) => fill(say(`${ours.key}_${part}`), ours));
    place.replaceChildren(make('b', '', what), make('br'), fix);
  };
  return () => {
    for (const toast of document.querySelectorAll('.toast-item:not([hidden])')) {
      toast.querySelectorAll('[data-testid=toast-text]:not([data-ours])').forEach(sayAnew);
      const title = toast.querySelector('.toast-title')?.firstChild;
      const [kind] = title?.data?.match(/^(Error|Warning)\b/) || [];
      const words = kind && `${say(kind.toLowerCase())} `;
      if (words && title.data !== words) title.data = words;
      const close = toast.querySelector('[data-testid=toast-close]');
      if (close && close.ariaLabel !== say('close')) close.ariaLabel = say('close');
      const places = [...toast.querySelectorAll('[data-testid=toast-text]')];
      if (places.length && places.every((one) => one.dataset.ours === 'nothing')) {
        toast.hidden = true;
        close?.click();
      }
    }
  };
};
