// Short ways to make elements. Texts are only ever appended as text, so a token such as "</s>" can do no harm.

function setAttributes(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
  return target;
}

export function element(tag, attributes = {}, ...children) {
  const made = setAttributes(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

export function drawing(tag, attributes = {}, ...children) {
  const made = setAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
  made.append(...children);
  return made;
}

export function button(text, attributes, act) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

export function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}

// Among many things of one kind only one is a tab stop; the arrow keys move on from it.
export function setTabStop(items, chosen) {
  items.forEach((item, index) => item.setAttribute("tabindex", index === chosen ? 0 : -1));
}

// Keys that were used here must not scroll the page or move the notebook's cursor as well.
export function useKey(event) {
  event.preventDefault();
  event.stopPropagation();
}
