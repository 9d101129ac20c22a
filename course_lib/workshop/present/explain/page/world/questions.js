// What can be asked about a scene, in the slide's words.

// Who is asked about: {kind}; what: {thing}; a wording's other words follow from these.
export function questions({ noun, count, colour, person }, { things, wordings }) {
  const { plural, animal } = things[noun];
  const words = {
    kind: person?.kind,
    thing: count === 1 ? noun : plural,
    be: count === 1 ? "is" : "are",
    plural,
    category: animal ? "animal" : "thing",
    noun,
    a_noun: with_article(noun),
    worn: "shirt",
    shirt: person && with_article(`${person.shirt} shirt`),
  };
  const topics = person
    ? ["worn", "object", "side", "person", "wearing", "count", "presence", "place"]
    : ["alone", "count", "presence", "place"];
  return [...topics, ...(colour ? ["colour"] : [])].map((topic) => filled(wordings[topic], words));
}

export function with_article(words) {
  return `${"aeiou".includes(words[0]) ? "an" : "a"} ${words}`;
}

function filled(wording, words) {
  return wording.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}
