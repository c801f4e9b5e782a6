const usual = document.title;
let timer = 0;

/** Lets the tab's title change between the usual one and this, so that a call is seen from another tab; null stops it. */
export function flashTitle(text) {
  clearInterval(timer);
  document.title = text ?? usual;
  if (text === null) return;
  let isUsual = false;
  timer = setInterval(() => {
    isUsual = !isUsual;
    document.title = isUsual ? usual : text;
  }, 1200);
}
