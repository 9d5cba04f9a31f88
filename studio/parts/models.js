// The models as cards. props.value (models.py): {facts, closed, alternatives, live, groups:
// [{name, more, cards}]}. A card's node is kept, so that what is being typed or ticked stays.
const find = (name) => element.querySelector(name);
const place = find('.models-groups');
const LIVE_MS = 600, IDLE_MS = 5000, SURE_MS = 4000;
const cards = new Map();
let sections = [];
const set = (node, text) => {
  if (node.textContent !== text) node.textContent = text || '';
  node.hidden = !text;
};
const link = (name, text, address) => {
  const made = make('a', name, text);
  if (/^https:\/\//.test(address)) made.href = address;
  made.target = '_blank';
  made.rel = 'noopener';
  return made;
};
const newCard = (key) => {
  const node = make('article', 'model');
  node.dataset.key = key;
  const part = {};
  const put = (parent, tag, name) => {
    part[name] = make(tag, `model-${name}`);
    parent.append(part[name]);
    return part[name];
  };
  const head = put(node, 'header', 'head');
  put(head, 'h4', 'title').id = `model-title-${key}`;
  node.setAttribute('aria-labelledby', `model-title-${key}`);
  put(head, 'span', 'state').setAttribute('role', 'status');
  put(node, 'p', 'purpose');
  put(node, 'dl', 'facts');
  put(node, 'p', 'needs');
  put(node, 'p', 'note').setAttribute('role', 'status');
  put(node, 'div', 'trouble').className = 'trouble';
  part.trouble.setAttribute('role', 'alert');
  const moving = put(node, 'div', 'moving');
  part.bar = make('div', 'bar');
  part.bar.setAttribute('role', 'progressbar');
  part.fill = make('div', 'bar-fill');
  part.bar.append(part.fill);
  moving.append(part.bar);
  put(moving, 'p', 'words');
  put(moving, 'p', 'left');
  const gate = put(node, 'div', 'gate');
  put(gate, 'p', 'gatemore');
  put(gate, 'p', 'gatelinks');
  const field = put(gate, 'label', 'field');
  put(field, 'span', 'fieldname');
  part.token = make('input', 'model-token');
  Object.assign(part.token, { type: 'password', autocomplete: 'off', spellcheck: false, maxLength: 300 });
  field.append(part.token);
  put(gate, 'p', 'tokenset');
  const agree = put(node, 'label', 'agree');
  part.tick = make('input');
  part.tick.type = 'checkbox';
  part.tick.addEventListener('change', () => agree.classList.remove('model-agree-missing'));
  agree.append(part.tick);
  put(agree, 'span', 'agreewords');
  put(node, 'p', 'byhand');
  put(node, 'div', 'actions');
  return { node, part, actions: '' };
};
const act = (card, key, action, button) => {
  if (action.sure && !button.dataset.sure) {
    button.dataset.sure = '1';
    button.textContent = action.sure;
    button.classList.add('act-gone');
    setTimeout(() => {
      delete button.dataset.sure;
      button.textContent = action.words;
      button.classList.remove('act-gone');
    }, SURE_MS);
    return;
  }
  const { part } = card;
  if (action.do === 'get' && !part.agree.hidden && !part.tick.checked) {
    part.agree.classList.add('model-agree-missing');
    part.tick.focus();
    return;
  }
  button.disabled = true;
  setTimeout(() => { button.disabled = false; }, SURE_MS);
  const said = { do: action.do, key };
  if (action.do === 'get') {
    said.agreed = part.tick.checked;
    said.token = part.token.value;
    part.token.value = '';
  }
  asked = Date.now();
  trigger('act', said);
};
const drawActions = (card, view) => {
  const told = JSON.stringify([view.actions, view.page]);
  if (card.actions === told) return;
  card.actions = told;
  const box = card.part.actions;
  const focused = box.contains(document.activeElement);
  box.replaceChildren(...view.actions.map((action) => {
    const button = make('button', action.do === 'get' ? 'act act-use' : 'act', action.words);
    button.type = 'button';
    button.dataset.do = action.do;
    button.setAttribute('aria-describedby', `model-title-${view.key}`);
    button.addEventListener('click', () => act(card, view.key, action, button));
    return button;
  }));
  if (view.page) box.append(link('act', view.page[0], view.page[1]));
  box.hidden = !box.children.length;
  if (focused) box.querySelector('button')?.focus({ preventScroll: true });
};
const drawFacts = (box, facts) => {
  const told = JSON.stringify(facts);
  if (box.dataset.told === told) return;
  box.dataset.told = told;
  box.replaceChildren(...facts.map(([name, value, address]) => {
    const line = make('div');
    const said = make('dd');
    said.append(address ? link('', value, address) : document.createTextNode(value));
    line.append(make('dt', '', name), said);
    return line;
  }));
};
const drawNeeds = (box, needs) => {
  box.hidden = !needs;
  if (!needs) return;
  const items = make('span', 'model-needsitems');
  for (const [name, here] of needs.items) {
    const item = make('span', 'model-need', name);
    item.dataset.here = here;
    items.append(item);
  }
  box.replaceChildren(make('span', 'model-needsname', needs.name), items);
};
const drawCard = (card, view) => {
  const { node, part } = card;
  node.dataset.state = view.state;
  set(part.title, view.title);
  set(part.state, view.words);
  set(part.purpose, view.purpose);
  drawFacts(part.facts, view.facts);
  drawNeeds(part.needs, view.needs);
  set(part.note, view.note);
  part.trouble.hidden = !view.trouble;
  const told = JSON.stringify(view.trouble);
  if (part.trouble.dataset.told !== told) {
    part.trouble.dataset.told = told;
    part.trouble.replaceChildren(...(view.trouble || []).map((text) => {
      const line = make('p');
      line.append(make('span', '', text));
      return line;
    }));
  }
  const moving = view.progress;
  part.moving.hidden = !moving;
  if (moving) {
    part.bar.setAttribute('aria-label', view.title);
    part.bar.classList.toggle('bar-unsure', moving.percent === null);
    if (moving.percent === null) part.bar.removeAttribute('aria-valuenow');
    else part.bar.setAttribute('aria-valuenow', moving.percent);
    part.fill.style.width = `${moving.percent ?? 0}%`;
    set(part.words, moving.words);
    set(part.left, moving.left);
  }
  set(part.agreewords, view.agree);
  part.agree.hidden = !view.agree;
  part.gate.hidden = !view.gate;
  if (view.gate) {
    set(part.gatemore, view.gate.more);
    if (part.gatelinks.textContent !== view.gate.page[0] + view.gate.tokens[0]) {
      part.gatelinks.replaceChildren(link('', ...view.gate.page), link('', ...view.gate.tokens));
    }
    set(part.fieldname, view.gate.label);
    set(part.tokenset, view.gate.set);
  }
  set(part.byhand, view.by_hand);
  drawActions(card, view);
};
const newSection = () => {
  const node = make('section', 'models-group');
  const head = make('h3'), more = make('p', 'models-more'), grid = make('div', 'models-grid');
  const fold = make('details', 'models-fold'), name = make('summary');
  const rest = make('div', 'models-grid');
  fold.append(name, rest);
  node.append(head, more, grid);
  place.append(node);
  return { node, head, more, grid, fold, name, rest };
};
const paint = () => {
  const view = props.value;
  if (!view) return;
  set(find('.models-facts'), view.facts);
  set(find('.models-closed'), view.closed);
  while (sections.length < view.groups.length) sections.push(newSection());
  view.groups.forEach((group, at) => {
    const section = sections[at];
    section.node.classList.toggle('models-group-wide', group.cards.length > 1);
    set(section.head, group.name);
    set(section.more, group.more);
    set(section.name, view.alternatives);
    for (const one of group.cards) {
      if (!cards.has(one.key)) {
        cards.set(one.key, newCard(one.key));
        (one.alternative ? section.rest : section.grid).append(cards.get(one.key).node);
      }
      drawCard(cards.get(one.key), one);
    }
    if (section.rest.children.length && !section.fold.isConnected) section.node.append(section.fold);
  });
};
// Its own clock: nothing is asked while the cards are out of sight.
let seen = false, asked = 0, spoken = language();
const clock = setInterval(() => {
  if (!element.isConnected) return clearInterval(clock);
  const visible = element.clientWidth > 0 && !document.hidden;
  const fresh = !seen || spoken !== language();
  const pause = !visible ? Infinity : fresh ? 0 : props.value?.live ? LIVE_MS : IDLE_MS;
  if (Date.now() - asked >= pause) {
    [asked, spoken] = [Date.now(), language()];
    trigger('look', { all: !cards.size });
  }
  seen = visible;
}, 200);
paint();
watch('value', () => {
  paint();
  for (const button of place.querySelectorAll('button:disabled')) button.disabled = false;
});
