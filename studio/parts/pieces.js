// The finished pieces of a video, played on the stage one after the other while the rest is made.
// Two screens take turns: while one plays, the other has the next piece ready. After the last
// piece it begins again, for there may be none for a while. Without sound, as a page may make none
// before it is clicked; the finished video has it. For those who ask for calm nothing plays by
// itself. A piece is { address, start }, with the second of the video at which it begins.
const playPieces = (screens, calm) => {
  let pieces = [], at = 0, turning = false;
  const after = () => at + 1 < pieces.length ? at + 1 : 0;
  const load = (screen, index) => {
    const { address } = pieces[index];
    if (screen.getAttribute('src') !== address) screen.src = address;
  };
  const arrange = () => {
    const [front, back] = screens;
    for (const screen of screens) {
      screen.hidden = !pieces.length;
      screen.inert = screen === back;
      screen.classList.toggle('stage-piece-back', screen === back);
      screen.controls = calm && screen === front;
    }
    if (pieces.length > 1 && !turning) load(back, after());
  };
  const begin = () => {
    at = 0;
    for (const screen of screens) {
      screen.pause();
      screen.removeAttribute('src');
      if (!pieces.length) screen.load();
    }
    if (!pieces.length) return;
    load(screens[0], 0);
    if (!calm) screens[0].play().catch(() => {});
  };
  const turnTo = async (index) => {
    const next = screens[1];
    load(next, index);
    turning = true;
    try {
      await next.play();
      if (pieces.length) {
        at = index;
        screens.reverse();
      }
    } catch {
      // Another job is on the stage by now, or the page is out of sight; `show` tries again.
    }
    turning = false;
    arrange();
  };
  const goOn = () => {
    const index = after();
    if (calm && !index) begin();
    else if (index !== at) turnTo(index);
    else screens[0].play().catch(() => {});
  };
  const ended = ({ target }) => { if (target === screens[0] && pieces.length) goOn(); };
  for (const screen of screens) screen.addEventListener('ended', ended);
  return {
    // What is finished by now; returns whether anything is.
    show: (found, words) => {
      const before = pieces[0]?.address;
      pieces = found.filter((piece) => piece.address.startsWith('gradio_api/file='));
      if (pieces[0]?.address !== before) begin();
      else if (pieces.length && !calm && !turning && screens[0].paused) {
        if (screens[0].ended) goOn();
        else screens[0].play().catch(() => {});
      }
      arrange();
      for (const screen of screens) screen.setAttribute('aria-label', words);
      return pieces.length > 0;
    },
    // Whether a picture of it is there.
    drawn: () => pieces.length > 0 && screens[0].readyState >= 2,
    // The second of the whole video that is on the stage.
    second: () => pieces.length ? pieces[at].start + screens[0].currentTime : 0,
  };
};
// The finished video goes on where its pieces were; from the start where that is its very end.
const goOnAt = (second) => {
  const move = (video) => { if (second < video.duration - 1) video.currentTime = second; };
  const there = document.querySelector('#result video');
  if (there?.readyState) { move(there); return; }
  const loaded = (event) => {
    if (!event.target.matches('#result video')) return;
    document.removeEventListener('loadedmetadata', loaded, true);
    move(event.target);
  };
  document.addEventListener('loadedmetadata', loaded, true);
  setTimeout(() => document.removeEventListener('loadedmetadata', loaded, true), 20000);
};
