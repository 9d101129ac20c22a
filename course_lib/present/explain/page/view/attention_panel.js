// An attention layer, opened: its heads, one word that asks, all words that are asked, and how the weight of one pair
// comes about.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { decimals } from "../../../../viz/viewer_page/words.js";
import { painted } from "./heat.js";
import { many } from "./nouns.js";

// `choice` says which head, query and key are shown; `switch_off` and `show` are called with what the reader wants;
// `extra` makes what else there is to show of a pair.
export function attention_panel({ attention, noun, rows, columns, choice, switch_off, show, extra }) {
  const { seen } = attention;
  const head = Math.min(choice.head, attention.num_heads - 1);
  const query = Math.min(choice.query ?? rows.length - 1, rows.length - 1);
  const best = seen.weights[head][query].indexOf(Math.max(...seen.weights[head][query]));
  const key = Math.min(choice.key ?? best, columns.length - 1);
  const place = { head, query, key };
  return element("div", { class: "attention" },
    heads(attention, noun, head, switch_off, show),
    choose_word(`The ${noun} that asks`, rows, query, (query) => show({ query, key: null })),
    asked_words(seen, noun, place, columns, (key) => show({ query, key })),
    pair(seen, noun, place, rows, columns), ...extra(seen, place), together(attention));
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
    box.addEventListener("change", () => switch_off(head, !box.checked));
    return element("div", {}, map, element("label", {}, box, "on"));
  });
  const note = `The weights of each head: a row for each ${noun} that asks, a column for each that is asked. The bluer, the more.`;
  return element("section", {}, element("h4", {}, "Heads"), element("p", {}, note),
    element("div", { class: "heads" }, ...maps));
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
    return element("tr", {}, element("th", { scope: "row" }, chip),
      element("td", {}, decimals(seen.scores[head][query][index])),
      element("td", {}, is_seen ? "may" : "may not"),
      element("td", { class: "weight" }, bar, decimals(weight, 3)));
  });
  const titles = [`${noun} that is asked`, "score q · k / √E", "mask", "weight"];
  const header = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const table = element("table", {}, element("thead", {}, header), element("tbody", {}, ...body));
  const scroll = { class: "scroll tall", tabindex: 0, role: "region", "aria-label": `${many(noun)} that are asked` };
  return element("section", {}, element("h4", {}, "Score, mask, weight"), element("div", scroll, table));
}

function pair(seen, noun, { head, query, key }, rows, columns) {
  const [q, k, v] = [seen.q[head][query], seen.k[head][key], seen.v[head][key]];
  const products = q.map((value, i) => value * k[i]);
  const sum = products.reduce((total, value) => total + value, 0);
  const [score, weight] = [seen.scores[head][query][key], seen.weights[head][query][key]];
  const is_seen = !seen.mask || seen.mask[query][key];
  const capped = Math.abs(score - sum / Math.sqrt(q.length)) > 1e-3 ? ", and capped" : "";
  const then = is_seen
    ? `After the softmax over all ${many(noun)} that “${rows[query]}” may see, the weight is ${decimals(weight, 3)}: so much ` +
      "of the value goes into what the head gathers."
    : `The mask hides this ${noun}: it ${key > query ? "comes later" : "has left the window"}. Its weight is 0.`;
  const text = `“${rows[query]}” asks “${columns[key]}”: q · k = ${decimals(sum)}, divided by √${q.length} (a head has ${q.length} numbers)${capped}: ` +
    `${decimals(score)}. ${then}`;
  const strips = [["query q", q], ["key k", k], ["q times k", products], ["value v", v],
    ["gathered by the head", seen.gathered[head][query]]];
  return element("section", { class: "pair" }, element("h4", {}, `One pair, head ${head + 1}`),
    element("p", { class: "sentence" }, text), ...strips.map(([title, vector]) => strip(title, vector)));
}

function strip(title, vector) {
  const values = Array.from(vector, (value) => decimals(value)).join(", ");
  const details = element("details", {}, element("summary", {}, `${title} (${vector.length} numbers)`), values);
  return element("div", { class: "strip" }, details, painted([vector]));
}
