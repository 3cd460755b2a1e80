// What the parts of the page are made of. Text from the outside is set as text, never as markup.

export const $ = (id) => document.getElementById(id);

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A colour of its own for each name, always the same one. */
export function hueOf(name) {
  let hash = 2166136261;
  for (const unit of name) hash = Math.imul(hash ^ unit.codePointAt(0), 16777619);
  // Multiples of a wide angle: names that are close to each other still look different.
  return ((hash >>> 8) % 24) * 15;
}

function initialsOf(name) {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ['?'];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word)[0].toLocaleUpperCase()).join('');
}

export function paintAvatar(element, name) {
  element.textContent = initialsOf(name);
  element.style.setProperty('--hue', hueOf(name));
}
