"""The clone of the course as git sees it: what its server has that is new, and which local files are in the way."""

import contextlib
import subprocess
from dataclasses import dataclass
from datetime import date
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

    def news(self) -> tuple[str, str] | None:
        """Ask the server for its newest commit; returns it, and the commit of the server that the clone began from.

        Returns None if the clone has the newest one already. If the server's history was rewritten, the commit that the
        clone began from is no longer part of it.

        Raises:
            CourseError: there is no clone or no server, or a merge is unfinished.
        """
        self.check()
        try:
            self.git("fetch", "--quiet")
        except CourseError as error:
            todo = f"so {UNTOUCHED}; is there a network?"
            raise CourseError(f"the newest version can't be fetched, {todo} {error}") from None
        newest, begun = self.commit("@{upstream}"), self.begun_from()
        return (newest, begun) if newest != begun else None

    def commit(self, name: str) -> str:
        """Return the commit that a branch or a tag names."""
        return self.git("rev-parse", "--verify", f"{name}^{{commit}}").decode().strip()

    def begun_from(self) -> str:
        """Return the newest commit that the server has or had, and on which the commits of this clone are based."""
        for way in (["--fork-point"], []):  # git remembers for some weeks what the server had
            with contextlib.suppress(CourseError):
                return self.git("merge-base", *way, "@{upstream}", "HEAD").decode().strip()
        return self.git("rev-list", "--max-parents=0", "--max-count=1", "HEAD").decode().strip()

    def own_commits(self, begun: str) -> int:
        """Return the number of commits that this clone has made since a commit of the server."""
        return int(self.git("rev-list", "--count", f"{begun}..HEAD"))

    def set_aside(self) -> str:
        """Make a branch of the commits as they are and return its name."""
        names = (f"mine/{date.today()}{suffix}" for suffix in ["", *(f"_{number}" for number in range(2, 1000))])
        taken = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mine").decode().split()
        branch = next(name for name in names if name not in taken)
        self.git("branch", "--no-track", branch)
        return branch

    def back_to(self, commit: str) -> None:
        """Go back to an older commit, but leave all files as they are: they count as changed now."""
        self.git("reset", "--quiet", "--mixed", commit)

    def check(self) -> None:
        """Raise a CourseError unless this is a clone that git can update."""
        try:
            top = self.git("rev-parse", "--show-toplevel").decode(errors="surrogateescape").rstrip("\n")
        except CourseError as error:
            raise CourseError(f"{self.root} is not a clone of the course, so it can't be updated: {error}") from None
        if not self.root.samefile(top):
            raise CourseError(
                f"{self.root} is not a clone of the course, but a part of {top}; {UNTOUCHED}. "
                "Clone the course, and copy your folders notebooks/mine, notebooks/exercises/mine, and runs into it"
            )
        folder = Path(self.git("rev-parse", "--absolute-git-dir").decode(errors="surrogateescape").rstrip("\n"))
        if found := [name for name in UNFINISHED if (folder / name).exists()] or self.names("ls-files", "--unmerged"):
            raise CourseError(
                f"an earlier merge is not finished ({min(found)}), so {UNTOUCHED}; "
                "`git merge --abort` gives it up, and `git status` says how to finish it"
            )
        try:
            self.git("rev-parse", "--verify", "@{upstream}")
        except CourseError:
            if not self.git("remote"):
                raise CourseError(
                    f"this clone has no server, so {UNTOUCHED}. Clone the course again, and copy your folders "
                    "notebooks/mine, notebooks/exercises/mine, and runs into the new clone"
                ) from None
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
        self.git("reset", "--quiet", "--keep", commit)  # refuses where a changed file is in the way
        return count
