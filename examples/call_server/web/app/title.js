const plain = document.title;
let usual = plain;
let flashing = null;
let timer = 0;

/** How many missed calls the title counts. */
export function countInTitle(count) {
  usual = count > 0 ? `(${count}) ${plain}` : plain;
  if (flashing === null) document.title = usual;
}

/** Lets the tab's title change between the usual one and this, so that a call is seen from another tab; null stops it. */
export function flashTitle(text) {
  clearInterval(timer);
  flashing = text;
  document.title = text ?? usual;
  if (text === null) return;
  let isUsual = false;
  timer = setInterval(() => {
    isUsual = !isUsual;
    document.title = isUsual ? usual : text;
  }, 1200);
}
