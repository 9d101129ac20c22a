"""What Sphinx is told about the site: the folder of this file is its configuration, and gets nothing from elsewhere."""

import course_lib

project = html_title = "From one attention head to a vision-language model"
version = release = course_lib.__version__
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.githubpages",
    "course_lib.workshop.present.site.extension",
]
exclude_patterns = ["course_lib", "data", "tests"]

# Lessons: their stored outputs, and formulas as MathML.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
html_math_renderer = "mathml"

# The library: signatures and docstrings.
default_role = "literal"
autodoc_default_options = {"members": True, "member-order": "bysource"}
toc_object_entries = False  # the sidebar of each page would list them all
autodoc_inherit_docstrings = False
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
napoleon_use_rtype = False

html_theme = "furo"
html_static_path = ["static"]
html_favicon = "static/favicon.svg"
html_css_files = ["course.css"]
html_js_files = ["scrolling.js"]
html_copy_source = False
html_show_sphinx = False

html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0072b2",
        "color-brand-content": "#0072b2",
        "font-stack": '"Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif',
        "font-stack--monospace": 'Consolas, Menlo, "DejaVu Sans Mono", monospace',
    },
    "dark_css_variables": {"color-brand-primary": "#56b4e9", "color-brand-content": "#56b4e9"},
}
