"""Writing as one: backup, links, modes, crashes, full disks, changes meanwhile, and taking back."""

from __future__ import annotations

import errno
import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import files_crash_points
import pytest
from operations_agent import PUBLISHED, TARGET, answers, planned, put

from agentcore_auth.files import receipts as receipts_module
from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.planning import PlannedFile
from agentcore_auth.files.receipts import journal
from agentcore_auth.files.transaction import Progress, Stage, recover, undo, write

OLD = (PUBLISHED[0].parent / "static-config@17a75597.yaml").read_text()
SECRET = "s3ntinel-Zq8-client-secret-value-0123456789"
HERE = Path(__file__).parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an old file, mode 0640, changed long ago."""
    path = put(tmp_path / "project", OLD)
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18))
    return tmp_path / "project"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder for journal and backups; it does not exist yet."""
    return tmp_path / "state" / "files"


def everything_in(folder: Path) -> set[str]:
    return {str(place.relative_to(folder)) for place in folder.rglob("*")}


# --- the plain way -------------------------------------------------------------------------


def test_a_new_file_is_written_and_taken_back(tmp_path: Path, state: Path) -> None:
    tmp_path.joinpath("project").mkdir()
    item = planned(tmp_path / "project")
    receipt = write([item], state)
    path = tmp_path / "project" / TARGET
    assert path.read_text() == item.after
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 & ~umask
    assert [entry.path for entry in receipt.entries] == [str(path)]
    assert undo(state) is not None
    assert everything_in(tmp_path / "project") == set()


def test_an_old_file_keeps_mode_and_comes_back_with_bytes_mode_and_time(
    project: Path, state: Path
) -> None:
    path = project / TARGET
    item = planned(project)
    write([item], state)
    assert path.read_text() == item.after
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    undo(state)
    assert path.read_bytes() == OLD.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_mtime_ns == 10**18
    assert everything_in(project) == {"config", TARGET}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_is_kept(project: Path, state: Path) -> None:
    path = project / TARGET
    os.chown(path, 12345, 23456)
    write([planned(project)], state)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)
    undo(state)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_a_writing_with_nothing_to_do_leaves_no_trace(project: Path, state: Path) -> None:
    write([planned(project)], state)
    before = everything_in(state)
    receipt = write([planned(project)], state)
    assert (receipt.number, receipt.entries) == (0, ())
    assert everything_in(state) == before


def test_every_step_is_told(project: Path, state: Path) -> None:
    told: list[Progress] = []
    write([planned(project)], state, observe=told.append)
    path = str(project / TARGET)
    assert told == [
        Progress(Stage.BACKED_UP, path),
        Progress(Stage.STAGED, path),
        Progress(Stage.CHECKED, path),
        Progress(Stage.DECIDED),
        Progress(Stage.REPLACED, path),
        Progress(Stage.DONE),
    ]


def test_the_journal_and_its_backups_are_private(project: Path, state: Path) -> None:
    write([planned(project)], state)
    for place in (state, *state.rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0, place
    assert [place.read_text() for place in state.rglob("before-*")] == [OLD]


def test_the_journal_is_newest_first_and_undo_goes_back_step_by_step(
    project: Path, state: Path
) -> None:
    regions = ("eu-west-1", "eu-west-2", "eu-west-3")
    texts = [OLD]
    for region in regions:
        item = planned(project, answers(aws__region=region))
        write([item], state)
        texts.append(item.after)
    assert [receipt.number for receipt in journal(state)] == [3, 2, 1]
    for text in reversed(texts[:-1]):
        assert undo(state) is not None
        assert (project / TARGET).read_text() == text
    assert undo(state) is None


def test_only_the_newest_writings_are_remembered(
    project: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts_module, "KEPT", 2)
    for number in range(1, 5):
        write([planned(project, answers(aws__region=f"eu-west-{number}"))], state)
    assert [receipt.number for receipt in journal(state)] == [4, 3]


def test_there_is_nothing_to_take_back(state: Path) -> None:
    assert undo(state) is None
    assert recover(state) == ()
    assert journal(state) == []
    assert not state.exists()


# --- links and places ----------------------------------------------------------------------


def test_the_file_behind_a_link_is_replaced_and_the_link_stays(
    project: Path, state: Path, tmp_path: Path
) -> None:
    real = tmp_path / "elsewhere" / "real.yaml"
    real.parent.mkdir()
    (project / TARGET).rename(real)
    (project / TARGET).symlink_to(real)
    item = planned(project)
    write([item], state)
    assert (project / TARGET).is_symlink()
    assert real.read_text() == item.after
    undo(state)
    assert (project / TARGET).is_symlink()
    assert real.read_text() == OLD


def test_a_link_into_the_void_gets_its_file(project: Path, state: Path, tmp_path: Path) -> None:
    (project / TARGET).unlink()
    (project / TARGET).symlink_to(tmp_path / "later" / "real.yaml")
    write([planned(project)], state)
    assert (tmp_path / "later" / "real.yaml").exists()
    undo(state)
    assert (project / TARGET).is_symlink()
    assert not (tmp_path / "later").exists()


def test_links_in_a_circle_are_refused(project: Path) -> None:
    (project / TARGET).unlink()
    (project / TARGET).symlink_to(project / TARGET)
    with pytest.raises(FilesError, match="cannot be read"):
        planned(project)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_plain_file_is_refused_at_once(project: Path, kind: str) -> None:
    (project / TARGET).unlink()
    if kind == "folder":
        (project / TARGET).mkdir()
    else:
        os.mkfifo(project / TARGET)
    with pytest.raises(FilesError, match=r"not a plain file|Is a directory"):
        planned(project)


def test_a_folder_that_everybody_may_write_to_is_refused(project: Path, state: Path) -> None:
    item = planned(project)
    (project / "config").chmod(0o777)
    with pytest.raises(FilesError, match="chmod o-w"):
        write([item], state)
    assert (project / TARGET).read_text() == OLD
    assert everything_in(project) == {"config", TARGET}
    (project / "config").chmod(0o1777)
    write([item], state)
    assert (project / TARGET).read_text() == item.after


def test_a_link_that_turns_up_in_the_files_place_is_not_followed(
    project: Path, state: Path, tmp_path: Path
) -> None:
    target = tmp_path / "victim"
    target.write_text("precious")
    item = planned(project)

    def swap(progress: Progress) -> None:
        if progress.stage is Stage.CHECKED:
            (project / TARGET).unlink()
            (project / TARGET).symlink_to(target)

    with pytest.raises(FilesError):
        write([item], state, observe=swap)
    assert target.read_text() == "precious"


def test_a_folder_that_becomes_a_link_is_not_entered(
    project: Path, state: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "static-config.yaml").write_text("precious")
    item = planned(project)

    def swap(progress: Progress) -> None:
        if progress.stage is Stage.DECIDED:
            (project / "config").rename(project / "moved")
            (project / "config").symlink_to(other)

    with pytest.raises(FilesError):
        write([item], state, observe=swap)
    assert everything_in(other) == {"static-config.yaml"}
    assert (other / "static-config.yaml").read_text() == "precious"
    assert (project / "moved" / "static-config.yaml").read_text() == OLD


# --- changes meanwhile ---------------------------------------------------------------------


def test_a_file_that_changed_since_it_was_planned_is_not_overwritten(
    project: Path, state: Path
) -> None:
    item = planned(project)
    put(project, OLD + "\n# mine\n")
    with pytest.raises(FilesError, match="changed meanwhile"):
        write([item], state)
    assert (project / TARGET).read_text() == OLD + "\n# mine\n"
    assert journal(state) == []


def test_a_file_that_changes_at_the_last_moment_is_not_overwritten(
    project: Path, state: Path
) -> None:
    def change(progress: Progress) -> None:
        if progress.stage is Stage.DECIDED:
            put(project, "# mine\n")

    with pytest.raises(FilesError, match="changed meanwhile"):
        write([planned(project)], state, observe=change)
    assert (project / TARGET).read_text() == "# mine\n"
    assert everything_in(project) == {"config", TARGET}


def test_what_was_changed_since_is_only_taken_back_by_force(project: Path, state: Path) -> None:
    item = planned(project)
    write([item], state)
    put(project, item.after + "# mine\n")
    with pytest.raises(FilesError, match="--force"):
        undo(state)
    assert (project / TARGET).read_text().endswith("# mine\n")
    undo(state, force=True)
    assert (project / TARGET).read_text() == OLD
    kept = [place.read_text() for place in state.rglob("before-*")]
    assert item.after + "# mine\n" in kept


def test_two_writers_do_not_meet(project: Path, state: Path, tmp_path: Path) -> None:
    item, other = planned(project), planned(tmp_path / "other")

    def second(progress: Progress) -> None:
        if progress.stage is Stage.STAGED:
            with pytest.raises(FilesError, match="another agentcore-auth"):
                write([other], state)

    write([item], state, observe=second)
    assert (project / TARGET).read_text() == item.after
    assert not (tmp_path / "other" / TARGET).exists()


# --- all or none ---------------------------------------------------------------------------


def test_one_file_that_cannot_be_written_holds_back_the_others(
    project: Path, state: Path, tmp_path: Path
) -> None:
    good, bad = planned(project), planned(tmp_path / "bad")
    put(tmp_path / "bad", "# came meanwhile\n")
    with pytest.raises(FilesError, match="changed meanwhile"):
        write([good, bad], state)
    assert (project / TARGET).read_text() == OLD
    assert everything_in(project) == {"config", TARGET}


def test_a_text_that_readers_disagree_on_is_never_put_in_place(project: Path, state: Path) -> None:
    item = planned(project)
    text = item.after.replace("aws:\n", "aws:\n  # subregion: x\n")
    broken = PlannedFile(item.id, item.path, item.before, text, item.status, item.values)
    with pytest.raises(FilesError, match=r"aws\.region: grep-anchored would read x"):
        write([broken], state)
    assert (project / TARGET).read_text() == OLD
    assert everything_in(project) == {"config", TARGET}


def test_an_interruption_leaves_all_as_it_was(project: Path, state: Path, tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.stage is Stage.REPLACED:
            raise KeyboardInterrupt

    plans = [planned(project), planned(tmp_path / "new")]
    with pytest.raises(KeyboardInterrupt):
        write(plans, state, observe=interrupt)
    assert (project / TARGET).read_text() == OLD
    assert (project / TARGET).stat().st_mtime_ns == 10**18
    assert not (tmp_path / "new").exists()
    assert journal(state) == []


def crash_points(folder: Path, how: str, what: str) -> list[dict[str, object]]:
    """What each end of a writing of two files left behind."""
    root = HERE.parent.parent
    paths = [str(HERE), *(str(root / name) for name in ("wizard", "checks", "templates"))]
    done = subprocess.run(
        [sys.executable, str(HERE / "files_crash_points.py"), str(folder), how, what],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("what", ["write", "undo"])
def test_a_crash_at_any_operation_leaves_all_old_or_all_new(tmp_path: Path, what: str) -> None:
    points = crash_points(tmp_path / "work", "kill", what)
    assert len(points) > 15
    assert {str(point["settled"]) for point in points} == {"['old', 'old']", "['new', 'new']"}
    for point in points:
        assert "broken" not in str(point["left"]), point
        assert point["after_undo"] in (None, ["old", "old"]), point
        assert not [name for name in point["files"] if str(name).startswith(".")], point
        assert (point["mode"], point["modified"]) == ("640", 10**18), point
        assert set(point["journal"]) <= {"done"}, point


@pytest.mark.parametrize("what", ["write", "undo"])
def test_a_full_disk_at_any_operation_leaves_all_as_it_was(tmp_path: Path, what: str) -> None:
    lines = crash_points(tmp_path / "work", "fail", what)
    errors = [line["error"] for line in lines if "error" in line]
    points = [line for line in lines if "point" in line]
    refused = [point for point in points if point["status"] == files_crash_points.REFUSED]
    assert len(errors) == len(refused) > 15
    assert all("No space left on device" in str(error) for error in errors)
    before, after = ["old", "old"], ["new", "new"]
    unchanged, written = (before, after) if what == "write" else (after, before)
    for point in points:
        assert point["left"] == (unchanged if point in refused else written), point
        assert point["settled"] == point["left"], point
        assert not [name for name in point["files"] if str(name).startswith(".")], point


def test_a_disk_that_takes_no_more_bytes_leaves_all_as_it_was(project: Path, state: Path) -> None:
    item = planned(project)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(FilesError) as refused:
            write([item], state)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.strerror(errno.EFBIG) in str(refused.value)
    assert (project / TARGET).read_text() == OLD
    assert everything_in(project) == {"config", TARGET}


def test_a_folder_that_may_not_be_written_to_is_said(project: Path, state: Path) -> None:
    item = planned(project)
    (project / "config").chmod(0o500)
    if os.access(project / "config", os.W_OK):
        pytest.skip("nothing is forbidden to this user")
    with pytest.raises(FilesError, match="Permission denied"):
        write([item], state)
    assert (project / TARGET).read_text() == OLD


# --- secrets -------------------------------------------------------------------------------


def test_no_secret_of_an_old_file_gets_into_journal_or_backup(project: Path, state: Path) -> None:
    put(project, OLD.replace("${OKTA_CLIENT_SECRET}", SECRET))
    write([planned(project)], state)
    places = [place for place in (*state.rglob("*"), *project.rglob("*")) if place.is_file()]
    assert len(places) >= 4
    assert not [place for place in places if SECRET in place.read_text()]
    undo(state)
    assert (project / TARGET).read_text() == OLD.replace("OKTA_CLIENT_SECRET", "CLIENT_SECRET")


def test_a_secret_that_stays_in_the_file_comes_back_with_it(project: Path, state: Path) -> None:
    text = OLD.replace('mock_token: ""', f'mock_token: "{SECRET}"  # mine')
    text = text.replace("# Model", f"# password: {SECRET}x\n# Model")
    put(project, text)
    write([planned(project)], state)
    assert not [p for p in state.rglob("*") if p.is_file() and SECRET in p.read_text()]
    undo(state)
    assert (project / TARGET).read_text() == text
