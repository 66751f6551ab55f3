"""A rule pack that somebody hands in: one YAML file, or a zip of several; nothing is trusted."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from governance.classification.law import PackError
from governance.classification.packs import read_pack
from governance.classification.rules import Engine, engine_of

MOST_BYTES = 1_000_000  # of all files together; the pack that ships has 140,000
MOST_FILES = 40
MOST_NAME = 100
ENDINGS = (".yaml", ".yml")
# All that a zip made up byte by byte was seen to raise; ValueError also for names in no encoding.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError),
    *(EOFError, OSError, ValueError),
)
Sources = Mapping[str, str]  # name of the file → its text


def sources_of(name: str, body: bytes) -> dict[str, str]:
    """Return the files of an upload, by name.

    Raises PackError for anything that is neither a YAML file nor a zip of such files, and for
    what is larger than a rule pack can be.
    """
    files = _unzipped(name, body) if name.lower().endswith(".zip") else {_base(name): body}
    if sum(map(len, files.values())) > MOST_BYTES:
        raise PackError(name, "", "file", f"larger than {MOST_BYTES:,} bytes")
    return {file: _text(file, content) for file, content in sorted(files.items())}


def _unzipped(name: str, body: bytes) -> dict[str, bytes]:
    """Return the YAML files of a zip; folders in it do not count. Reads no more than allowed."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for entry in packed.infolist():
                if entry.is_dir() or not entry.filename.lower().endswith(ENDINGS):
                    continue
                file = _base(entry.filename)
                if file in found or len(found) == MOST_FILES:
                    raise PackError(name, "", "file", f"{file} twice, or too many files")
                with packed.open(entry) as unpacked:
                    found[file] = unpacked.read(left + 1)
                left -= len(found[file])
                if left < 0:
                    raise PackError(name, "", "file", f"larger than {MOST_BYTES:,} bytes")
    except PackError:
        raise
    except UNREADABLE as error:
        raise PackError(name, "", "file", "this zip cannot be read") from error
    if not found:
        raise PackError(name, "", "file", "no YAML file in it")
    return found


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name[-MOST_NAME:] or "pack.yaml"


def _text(name: str, body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise PackError(name, "", "file", "not UTF-8") from error
    if "\0" in text:
        raise PackError(name, "", "file", "not a text")
    return text


def engine_from(title: str, sources: Sources) -> Engine:
    """Return the compiled pack of files from outside; its version is that of a folder of them.

    Raises PackError as `load` does, also for what no check of a pack foresaw.
    """
    try:
        files = [(name, text.encode()) for name, text in sorted(sources.items())]
        return engine_of(read_pack(title, files))
    except PackError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, RecursionError) as error:
        raise PackError(title, "", "file", f"cannot be read: {error!r}"[:200]) from error
