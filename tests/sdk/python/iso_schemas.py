"""Holds messages against the published schemas of ISO 20022. Runs in target/venv-iso.

Reads a JSON list of texts, prints a JSON list of what is wrong with each (null when nothing is).
"""

import json
import pathlib
import sys
import sysconfig

from lxml import etree

PACKAGES = pathlib.Path(sysconfig.get_paths()["purelib"])
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
FILES = {
    "pain.001.001.09": "pain001/templates/pain.001.001.09/pain.001.001.09.xsd",
    # No package has version 10 of this one. Version 12 says the same of every member that is used here.
    "pain.002.001.10": "pain001/pain002/schemas/pain.002.001.12.xsd",
    "camt.053.001.08": "camt053/xsd/camt.053.001.08.xsd",
    "camt.054.001.08": "camt053/xsd/camt.054.001.08.xsd",
}


def schema(name):
    """The schema of a message, in that message's name space."""
    text = (PACKAGES / FILES[name]).read_text()
    newer = pathlib.Path(FILES[name]).stem
    return etree.XMLSchema(etree.fromstring(text.replace(NAMESPACE + newer, NAMESPACE + name).encode()))


def main():
    known, told = {}, []
    for text in json.load(sys.stdin):
        tree = etree.fromstring(text.encode())
        name = etree.QName(tree).namespace.removeprefix(NAMESPACE)
        if name not in FILES:
            told.append(f"no schema of {name}")
            continue
        found = known.setdefault(name, schema(name) if name not in known else None)
        told.append(None if found.validate(tree) else f"{name}: {found.error_log.last_error}")
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
