"""The chat template of a checkpoint that sees: where it writes a placeholder, a picture gets room for its tokens."""

from course_lib.convert.hub_chat import HubChatTemplate
from course_lib.data.parts import parts_of, pictures_of
from course_lib.errors import CourseError


class HubVisualChatTemplate(HubChatTemplate):
    """Writes conversations with pictures (see `course_lib.data.parts`); to be used as our `VisualChatTemplate` is.

    Args:
        tokenizer, end_ids: as for a `HubChatTemplate`.
        image_id: the placeholder.
        num_visual_tokens: how many of them a picture takes.
    """

    def __init__(self, tokenizer, end_ids, image_id, num_visual_tokens):
        self.image_id, self.num_visual_tokens = image_id, num_visual_tokens
        super().__init__(tokenizer, end_ids)
        self.special_texts = {*self.special_texts, tokenizer.text_of(image_id)}

    def _ids(self, messages, add_generation_prompt):
        """Contents are lists of parts here; a <bos> comes first, whether the template writes it or not."""
        messages = [message | {"content": parts_of(message["content"])} for message in messages]
        ids = super()._ids(messages, add_generation_prompt)
        bos = self.tokenizer.id_of(self.tokenizer.special_tokens.get("bos_token"))
        if bos is not None and ids[:1] != [bos]:
            ids = [bos, *ids]
        if ids.count(self.image_id) != len(pictures_of(messages)):
            raise CourseError(
                f"the conversation shows {len(pictures_of(messages))} pictures, but the checkpoint's chat template "
                f"writes {ids.count(self.image_id)} placeholders"
            )
        return [id for written in ids for id in [written] * self._places(written)]

    def _places(self, id):
        """How many tokens an id of the template stands for."""
        return self.num_visual_tokens if id == self.image_id else 1
