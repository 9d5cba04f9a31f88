// The first button under the picture leads to the files of one's own device, and says so in words.
// Gradio's own takes the picture away first and wants a second click; here it stays until another
// one is chosen. `name` says what the button is called.
const ownPhoto = (name) => {
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
