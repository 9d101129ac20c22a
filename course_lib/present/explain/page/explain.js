// The page of a model.

import { load_model } from "./models/store.js";

export function start(contents) {
  const model = load_model(contents);
  document.body.append(`${contents.name} ${model.config.d_model}`);
}
