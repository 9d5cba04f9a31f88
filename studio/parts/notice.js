// What is missing before a job can start. props.value: {what, fix, tone?} or null.
const box = element.querySelector('.notice');
const paint = () => {
  box.hidden = !props.value;
  box.dataset.tone = props.value?.tone || 'missing';
  box.replaceChildren();
  if (props.value) box.append(make('b', '', props.value.what), make('span', '', props.value.fix));
};
paint();
watch('value', paint);
