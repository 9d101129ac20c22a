// What is wider than the page can be reached by the keyboard, and then scrolled with its arrows.
"use strict";

function reach() {
  for (const item of document.querySelectorAll("article pre, article .formula, article .table-wrapper")) {
    if (item.scrollWidth > item.clientWidth) item.tabIndex = 0;
  }
}

addEventListener("load", reach);
addEventListener("resize", reach);
