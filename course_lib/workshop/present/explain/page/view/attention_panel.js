// An attention layer, opened: its heads, one word that asks, all words that are asked, and how the weight of one pair
// comes about.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { decimals } from "../../../../viz/viewer_page/words.js";
import { painted } from "./heat.js";
import { many } from "./nouns.js";

// `of` says whose the tokens that ask and that are asked are. `choice` says which head, query and key are shown; `switch_off` and `show` are called with what the reader wants;
// `extra` makes what else there is to show of a pair, and `told` what comes of what is switched off.
export function attention_panel({ attention, noun, rows, columns, of, choice, switch_off, show, extra, told }) {
  const { seen } = attention;
  const head = Math.min(choice.head, attention.num_heads - 1);
  const query = Math.min(choice.query ?? rows.length >> 1, rows.length - 1);
  const best = seen.weights[head][query].indexOf(Math.max(...seen.weights[head][query]));
  const key = Math.min(choice.key ?? best, columns.length - 1);
  const place = { head, query, key };
  return element("div", { class: "attention" },
    heads(attention, noun, head, switch_off, show), ...told(),
    choose_word(`The ${noun} that asks, with its query`, rows, query, (query) => show({ query, key: null })),
    asked_words(seen, noun, place, columns, (key) => show({ query, key })),
    pair(attention, noun, place, of, rows, columns), ...extra(seen, place), together(attention));
}

// What the heads gather goes out together.
function together({ seen: { gathered }, off }) {
  const [count, width] = [gathered.length, gathered[0][0].length];
  const text = `What the ${count} heads gather, ${width} numbers each, is put side by side: ${count * width} numbers. ` +
    `A last linear layer makes of them what goes out.${off.size ? " Heads that are switched off give zeros." : ""}`;
  return element("section", {}, element("h4", {}, "All heads together"), element("p", {}, text));
}

function heads(attention, noun, chosen, switch_off, show) {
  const maps = attention.seen.weights.map((weights, head) => {
    const attributes = { class: "head", "aria-pressed": head === chosen, "data-key": `head-${head}` };
    const map = button("", attributes, () => show({ head }));
    map.append(painted(weights, 1), `head ${head + 1}${group(attention, head)}`);
    const box = element("input", { type: "checkbox", "data-key": `off-${head}`, "aria-label": `head ${head + 1} is on` });
    box.checked = !attention.off.has(head);
    box.addEventListener("change", () => switch_off(!box.checked, head));
    return element("div", { class: box.checked ? "" : "is-off" }, map, element("label", {}, box, "on"));
  });
  const note = `The attention weights of each head: a row for each ${noun} that asks, from top to bottom, a column for each that is asked, ` +
    "from left to right. The bluer, the more.";
  const is_any_on = attention.off.size < maps.length;
  const all = button(is_any_on ? "All heads off" : "All heads on", { "data-key": "off-all" },
    () => switch_off(is_any_on, ...maps.keys()));
  return element("section", {}, element("h4", {}, "Heads"), element("p", {}, note),
    element("div", { class: "heads" }, ...maps), all);
}

// Which keys and values a head uses, where several share them.
function group({ num_heads, num_kv_heads }, head) {
  return num_heads === num_kv_heads ? "" : `, keys ${Math.floor((head * num_kv_heads) / num_heads) + 1}`;
}

function choose_word(title, words, chosen, choose) {
  const chips = words.map((word, index) =>
    button(word, { class: "chip", "aria-pressed": index === chosen, "data-key": `query-${index}` },
      () => choose(index)));
  return element("section", {}, element("h4", {}, title), element("div", { class: "chips" }, ...chips));
}

function asked_words(seen, noun, { head, query, key }, columns, choose) {
  const body = columns.map((word, index) => {
    const is_seen = !seen.mask || seen.mask[query][index];
    const weight = seen.weights[head][query][index];
    const chip = button(word, { class: "chip", "aria-pressed": index === key, "data-key": `key-${index}` },
      () => choose(index));
    const bar = element("span", { class: "bar", style: `--share: ${weight}`, "aria-hidden": "true" });
    return element("tr", { class: is_seen ? "" : "hidden" }, element("th", { scope: "row" }, chip),
      element("td", {}, decimals(seen.scores[head][query][index])),
      ...(seen.mask ? [element("td", {}, is_seen ? "visible" : "hidden: −∞")] : []),
      element("td", { class: "weight" }, bar, decimals(weight, 3)));
  });
  const titles = [`${noun} that is asked`, `score q · k / √${seen.q[0][0].length}`, ...(seen.mask ? ["mask"] : []), "weight"];
  const header = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const table = element("table", {}, element("thead", {}, header), element("tbody", {}, ...body));
  const scroll = { class: "scroll tall", tabindex: 0, role: "region", "aria-label": `${many(noun)} that are asked` };
  return element("section", {}, element("h4", {}, seen.mask ? "Score, mask, weight" : "Score and weight; no mask here"), element("div", scroll, table));
}

function pair({ seen, off }, noun, { head, query, key }, of, rows, columns) {
  const [q, k, v] = [seen.q[head][query], seen.k[head][key], seen.v[head][key]];
  const products = q.map((value, i) => value * k[i]);
  const sum = products.reduce((total, value) => total + value, 0);
  const [score, weight] = [seen.scores[head][query][key], seen.weights[head][query][key]];
  const is_seen = !seen.mask || seen.mask[query][key];
  const [asks, asked] = [`${of[0]}“${rows[query]}”`, `${of[1]}“${columns[key]}”`];
  const capped = Math.abs(score - sum / Math.sqrt(q.length)) > 1e-3 ? ", and capped" : "";
  const then = is_seen
    ? `The softmax makes weights of all scores that ${asks} may see, e^score divided by the sum of all e^score: the weight is ` +
      `${decimals(weight, 3)}. ${off.has(head) ? "This head is off: it hands on zeros" : "So much of the value goes into what the head gathers"}.`
    : `The mask hides this ${noun}: it ${key > query ? "comes later" : "has left the window"}. Its score becomes −∞ before the ` +
      "softmax, so its weight is 0.";
  const text = `${asks[0].toUpperCase()}${asks.slice(1)} asks ${asked}: q · k = ${decimals(sum)}, divided by √${q.length} (a head has ${q.length} numbers)${capped}: ` +
    `${decimals(score)}. ${then}`;
  const strips = [["query q", q], ["key k", k], ["q times k", products], ["value v", v],
    ["gathered by the head", seen.gathered[head][query]]];
  return element("section", { class: off.has(head) ? "pair is-off" : "pair" }, element("h4", {}, `One pair, head ${head + 1}`),
    element("p", { class: "sentence" }, text), ...strips.map(([title, vector]) => strip(title, vector)));
}

function strip(title, vector) {
  const values = Array.from(vector, (value) => decimals(value)).join(", ");
  const details = element("details", {}, element("summary", {}, `${title} (${vector.length} numbers)`), values);
  return element("div", { class: "strip" }, details, painted([vector]));
}
