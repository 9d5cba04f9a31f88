// What test_look.py asks the page.
const look = {
  // Where the keyboard is: a name, whether it can be seen, and in what.
  focused() {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const ring = (one) => {
      const style = getComputedStyle(one);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    };
    const label = at.closest('label');
    const words = at.getAttribute('aria-label') || at.textContent.trim().slice(0, 30);
    const around = [];
    for (let one = at; one; one = one.parentElement) if (one.id) around.push(one.id);
    return {
      key: [...document.querySelectorAll('*')].indexOf(at),
      name: `${at.tagName} "${words}" in #${around.slice(0, 2).join(' in #')}`,
      ring: ring(at) || Boolean(label && ring(label)),
      id: at.id,
      within: around,
    };
  },
  // Answers once the page has come to rest: no change for a moment, and no colour on its way.
  // What plays stands still, for a film that runs under a blur costs more than all that is asked.
  async settled() {
    for (const film of document.querySelectorAll('video')) film.pause();
    await new Promise((done) => {
      let rest = setTimeout(done, 250);
      const again = () => { clearTimeout(rest); rest = setTimeout(done, 250); };
      const seen = new MutationObserver(again);
      seen.observe(document.body, { childList: true, characterData: true, subtree: true });
      setTimeout(() => { seen.disconnect(); done(); }, 3000);
    });
    const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.all(fading.map((one) => one.finished.catch(() => {})));
  },
  // What a finger could miss. Of a slider the thumb is dragged, and the number beside it can be
  // written instead; a link inside a sentence is as high as its line.
  small() {
    const kinds = 'button, a[href], input, select, textarea, summary, [role=radio], [role=tab]';
    const found = [];
    for (const one of document.querySelectorAll(kinds)) {
      if (!one.checkVisibility() || one.type === 'range' || one.closest('p, .skip')) continue;
      const own = one.getBoundingClientRect();
      const label = (one.closest('label') || one).getBoundingClientRect();
      const width = Math.max(own.width, label.width), height = Math.max(own.height, label.height);
      if (own.width > 1 && (width < 39.5 || height < 39.5)) {
        const size = `${Math.round(width)}x${Math.round(height)}`;
        found.push(`#${one.closest('[id]')?.id} ${one.tagName} ${one.className} ${size}`);
      }
    }
    return found;
  },
  // Every text that is seen or read aloud.
  texts() {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [document.title];
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const parent = node.parentElement;
      if (parent.checkVisibility() && !parent.closest('script, style, body [lang]'))
        found.push(node.textContent.trim());
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const one of document.querySelectorAll(`[${name}]`))
        if (one.checkVisibility()) found.push(one.getAttribute(name));
    return found.filter(Boolean);
  },
  // What is in motion.
  moving() {
    return document.getAnimations()
      .filter((one) => one.playState === 'running')
      .map((one) => one.animationName || one.transitionProperty);
  },
};
