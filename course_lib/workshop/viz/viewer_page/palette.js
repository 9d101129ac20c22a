// Light or dark, as the surroundings are; and the colors of the heads, which are brighter on a dark ground.

export function isDark() {
  const jupyter = document.querySelector("[data-jp-theme-light]");
  if (jupyter) return jupyter.dataset.jpThemeLight === "false";
  const page = document.documentElement;
  const named = document.body.dataset.vscodeThemeKind ?? page.dataset.theme ?? page.getAttribute("theme");
  if (named) return named.includes("dark") || named === "vscode-high-contrast";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// A viewer whose cell was run again is no longer on the page and must be free to go: nothing here holds on to it.
export function watchTheme(host, act) {
  host.addEventListener("themechange", act);
  const viewer = new WeakRef(host);
  const tell = () => viewer.deref()?.dispatchEvent(new Event("themechange"));
  const observer = new MutationObserver(tell);
  for (const place of [document.documentElement, document.body]) observer.observe(place, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
}

export function headColor(colors, head, dark) {
  const hex = colors[head % colors.length];
  const channels = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  return dark ? channels.map((channel) => Math.round(channel + 0.3 * (255 - channel))) : channels;
}
