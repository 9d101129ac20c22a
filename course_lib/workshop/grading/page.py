"""The frame of the pages for lecturers: a title, a sentence or two, and a table."""

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # nothing runs, and nothing is loaded
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2rem; max-width: 70rem; color: #222 }}
table {{ border-collapse: collapse }}
th, td {{ border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: left; vertical-align: top }}
td.number {{ text-align: right; white-space: nowrap }}
ul {{ margin: 0; padding-left: 1.2rem }}
</style>
<h1>{title}</h1>
<p>{about}</p>
<table>
<tr>{header}</tr>
{rows}
</table>
</html>
"""


def page(title, about, columns, rows):
    """The page as HTML; `about` and `rows` are HTML already."""
    header = "".join(f"<th>{column}" for column in columns)
    return PAGE.format(policy=POLICY, title=title, about=about, header=header, rows="\n".join(rows))
