// The page of a model: what is shown depends on what it is.

import { ChatPage } from "./view/chat_page.js";
import { TranslatorPage } from "./view/translator_page.js";
import { VlmPage } from "./view/vlm_page.js";

const PAGES = { Llm: ChatPage, Translator: TranslatorPage, Vlm: VlmPage };

export function start(contents) {
  new PAGES[contents.architecture](contents).show();
}
