"""The clone of the course as git sees it: what its server has that is new, and which local files are in the way."""

import subprocess
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path

from course_lib.errors import CourseError

UNFINISHED = "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"  # in the folder .git
UNTOUCHED = "nothing was changed"


@dataclass(frozen=True)
class Checkout:
    """A clone of the course in the folder `root`."""

    root: Path

    def git(self, *arguments: str) -> bytes:
        """Return what a git command prints. Raises CourseError with the complaint of git."""
        command = ["git", "--literal-pathspecs", *arguments]
        try:
            return subprocess.run(command, cwd=self.root, capture_output=True, check=True).stdout
        except FileNotFoundError:
            raise CourseError(f"git is not installed, but an update needs it; {UNTOUCHED}") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip() or "git gave no reason (is the disk full?)"
            raise CourseError(f"git {arguments[0]} failed: {said}") from None

    def names(self, *arguments: str) -> set[str]:
        """Return the paths that a git command prints, relative to `root`."""
        return {name.decode(errors="surrogateescape") for name in self.git(*arguments, "-z").split(b"\0") if name}

    def new_commit(self) -> str | None:
        """Ask the server for its newest commit; returns None if the clone has it already.

        Raises:
            CourseError: there is no clone or no server, a merge is unfinished, or the clone has commits of its own.
        """
        self.check()
        try:
            self.git("fetch", "--quiet")
        except CourseError as error:
            todo = f"so {UNTOUCHED}; is there a network?"
            raise CourseError(f"the newest version can't be fetched, {todo} {error}") from None
        ahead, behind = map(int, self.git("rev-list", "--left-right", "--count", "HEAD...@{upstream}").split())
        if ahead and behind:
            raise CourseError(
                f"this clone has commits of its own ({ahead}) and the server has new ones ({behind}), so {UNTOUCHED}; "
                "`git pull --rebase` puts yours on top of them"
            )
        return self.git("rev-parse", "@{upstream}").decode().strip() if behind else None

    def check(self) -> None:
        """Raise a CourseError unless this is a clone that git can update."""
        try:
            top = self.git("rev-parse", "--show-toplevel").decode(errors="surrogateescape").rstrip("\n")
        except CourseError as error:
            raise CourseError(f"{self.root} is not a clone of the course, so it can't be updated: {error}") from None
        if not self.root.samefile(top):
            raise CourseError(
                f"{self.root} is not a clone of the course, but a part of {top}; {UNTOUCHED}. "
                "Clone the course, and copy your folders notebooks/exercises/mine and runs into the clone"
            )
        folder = Path(self.git("rev-parse", "--absolute-git-dir").decode(errors="surrogateescape").rstrip("\n"))
        if found := [name for name in UNFINISHED if (folder / name).exists()] or self.names("ls-files", "--unmerged"):
            raise CourseError(
                f"an earlier merge is not finished ({min(found)}), so {UNTOUCHED}; "
                "`git status` says how to finish it or give it up"
            )
        try:
            self.git("rev-parse", "--verify", "@{upstream}")
        except CourseError:
            raise CourseError(
                f"this branch follows no branch of a server, so {UNTOUCHED}; "
                "`git switch main` goes back to the branch of the course"
            ) from None

    def in_the_way(self, commit: str) -> list[str]:
        """Return the files that differ from the last commit here and that the new commit changes as well."""
        theirs = self.names("diff", "--name-only", "--no-renames", "HEAD", commit)
        mine = self.names("diff", "--name-only", "--no-renames", "HEAD")
        tracked = self.names("ls-tree", "-r", "--name-only", "HEAD")
        return sorted(name for name in theirs if name in mine or (name not in tracked and lexists(self.root / name)))

    def content(self, commit: str, name: str) -> bytes | None:
        """Return a file as a commit has it, or None if the commit has no such file."""
        try:
            return self.git("cat-file", "blob", f"{commit}:{name}")
        except CourseError:
            return None

    def restore(self, name: str) -> None:
        """Bring a file back to what it is in the last commit; a file that it doesn't have is removed."""
        if self.content("HEAD", name) is None:
            self.git("rm", "--quiet", "--cached", "--ignore-unmatch", "--", name)
            (self.root / name).unlink(missing_ok=True)
        else:
            self.git("checkout", "--quiet", "HEAD", "--", name)

    def forward(self, commit: str) -> int:
        """Move to the new commit and return how many files have changed."""
        count = len(self.names("diff", "--name-only", "--no-renames", "HEAD", commit))
        self.git("merge", "--quiet", "--ff-only", commit)
        return count
