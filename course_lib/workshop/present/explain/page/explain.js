// The page of a model: what is shown depends on what it is.

import { ChatPage } from "./view/chat_page.js";
import { TranslatorPage } from "./view/translator_page.js";
import { VlmPage } from "./view/vlm_page.js";

const PAGES = { Llm: ChatPage, Translator: TranslatorPage, Vlm: VlmPage };

export function start(contents) {
  new PAGES[contents.architecture](contents).show();
  addEventListener("keydown", leave);
}

// Within a deck, Escape leads back to the slide: the deck is told, for keys that are pressed here don't come there.
function leave({ key }) {
  if (key === "Escape" && parent !== window) parent.postMessage("leave", "*");
}
