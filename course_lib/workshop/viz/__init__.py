"""What the lessons draw: pictures with matplotlib alone, and attention to explore.

`show_…` draws numbers handed in, `draw_…` the course's own diagrams; both return axes or a figure and show nothing.
`view_attention` returns a page of HTML and JavaScript.
"""

from course_lib.workshop.viz.alt_text import alt_text
from course_lib.workshop.viz.attention import draw_dot_product_attention, draw_multi_head_attention
from course_lib.workshop.viz.attention_map import AttentionMap
from course_lib.workshop.viz.beam import draw_beam
from course_lib.workshop.viz.clip import draw_clip
from course_lib.workshop.viz.clocks import draw_clocks
from course_lib.workshop.viz.course_map import draw_course_map
from course_lib.workshop.viz.curves import show_bars, show_curves, show_reference
from course_lib.workshop.viz.growing_mask import draw_growing_mask
from course_lib.workshop.viz.heads import show_heads
from course_lib.workshop.viz.layers import draw_decoder_layer, draw_encoder_layer
from course_lib.workshop.viz.matrices import show_mask, show_matrices, show_matrix
from course_lib.workshop.viz.pictures import show_focus, show_patches, show_picture, show_pictures
from course_lib.workshop.viz.png import save_png
from course_lib.workshop.viz.ring import draw_ring
from course_lib.workshop.viz.style import COLORS, course_style, use_course_style
from course_lib.workshop.viz.teacher_forcing import draw_teacher_forcing
from course_lib.workshop.viz.three_steps import draw_three_steps
from course_lib.workshop.viz.tokens import show_tokens
from course_lib.workshop.viz.translator import draw_translator
from course_lib.workshop.viz.turning_pairs import draw_turning_pairs
from course_lib.workshop.viz.viewer import view_attention
from course_lib.workshop.viz.vlm import draw_vlm
