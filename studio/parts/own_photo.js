// The first button under the picture leads to the files of one's own device, and says so in words.
// Gradio's own takes the picture away first and wants a second click; here it stays until another
// one is chosen. `name` says what the button is called.
//
// Of a picture that this browser cannot show, the name stands in its place.
const ownPhoto = (name) => {
  const seen = (is) => ({ target }) => {
    const frame = target instanceof HTMLImageElement && target.closest('#photo .image-frame');
    if (!frame) return;
    if (is) delete frame.dataset.unseen;
    else frame.dataset.unseen = decodeURIComponent(target.src.split('/').pop());
  };
  document.addEventListener('load', seen(true), true);
  document.addEventListener('error', seen(false), true);
  const first = '#photo .source-selection button:first-child';
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.(first);
    const field = button && document.querySelector('#photo input[type=file]');
    if (!field) return;
    if (button.classList.contains('selected')) event.stopPropagation(); // else it leaves the camera
    field.click();
  }, true);
  return () => {
    const button = document.querySelector(first);
    if (!button || button.dataset.words === name()) return;
    button.dataset.words = name();
    button.setAttribute('aria-label', name());
  };
};
