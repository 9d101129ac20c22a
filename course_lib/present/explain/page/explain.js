// The page of a model: what is shown depends on what it is.

import { TranslatorPage } from "./view/translator_page.js";

const PAGES = { Translator: TranslatorPage };

export function start(contents) {
  new PAGES[contents.architecture](contents).show();
}
