"""`course explain`: a page, or a reason."""

from tests.workshop.cli.conftest import course


def test_explain_says_how_large_the_page_is_and_writes_it(trained, tmp_path):
    folder, _ = trained
    result = course("explain", folder, "--out", tmp_path / "page.html")
    assert result.exit_code == 0
    assert "weights in 16 bits take 0.0 MB" in result.stdout
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_explain_writes_nothing_of_what_it_refuses(tmp_path):
    result = course("explain", "bert", "--out", tmp_path / "page.html")
    assert result.exit_code == 2
    assert 'the model "bert" must be an instance of Translator or Llm' in result.stderr
    assert list(tmp_path.iterdir()) == []
