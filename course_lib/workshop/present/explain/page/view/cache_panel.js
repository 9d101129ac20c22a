// What a cache holds after each word, and the work that it saves.

import { element } from "../../../../viz/viewer_page/elements.js";
import { sequence } from "./heat.js";

// How many vectors go through the layers for each word that is written: with a cache those that are new, without it all.
export function work(prompt, written) {
  return Array.from({ length: written + 1 }, (_, i) => {
    const length = prompt + i;
    return { length, with_cache: i ? 1 : prompt, without: length };
  });
}

export function cache_panel(session) {
  const { llm, words } = session;
  const { num_kv_heads, num_layers } = llm.config;
  const { attention, held } = first_layer(llm);
  const numbers = 2 * num_layers * num_kv_heads * attention.seen.k[0][0].length;
  const steps = work(session.prompt.length, session.written.length);
  const rows = steps.map(({ length, with_cache, without }, i) => element("tr", {},
    element("th", { scope: "row" }, i ? words[length - 1] : `the prompt, ${length} tokens`),
    ...[with_cache, without, length * numbers].map((count) => element("td", {}, count.toLocaleString("en")))));
  const titles = ["what is new", "through the layers, with", "without a cache", "numbers in the cache"];
  const total = (name) => steps.reduce((sum, step) => sum + step[name], 0).toLocaleString("en");
  const header = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const scroll = { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "work for each word" };
  return [
    element("p", {}, `For this answer, ${total("with_cache")} vectors go through the layers with a cache, and ` +
      `${total("without")} without it. Each token leaves ${numbers.toLocaleString("en")} numbers in the cache: its ` +
      "key and its value, for each key-value head of each layer. This page starts each answer with an empty cache."),
    element("div", scroll, element("table", {}, element("thead", {}, header), element("tbody", {}, ...rows))),
    element("h3", {}, "The first layer's cache, a row for each token; the keys are already turned by RoPE"),
    sequence(held("k"), words, "Keys"), sequence(held("v"), words, "Values"),
  ];
}

// The keys, or values, of all key-value heads of the first layer, side by side.
function first_layer({ layers: [{ self_attention: attention }] }) {
  const group = attention.num_heads / attention.num_kv_heads;
  const held = (name) => {
    const heads = attention.seen[name].filter((_, head) => head % group === 0);
    return heads[0].map((_, t) => Float32Array.from(heads.flatMap((head) => Array.from(head[t]))));
  };
  return { attention, held };
}
