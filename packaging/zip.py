"""Packs a folder as a zip whose bytes depend on its files, their names and the given date alone.

    python3 packaging/zip.py PARENT NAME ARCHIVE EPOCH
"""

import pathlib
import sys
import time
import zipfile

parent, name, archive, epoch = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
# A zip's dates begin in 1980 and know no time zone.
date = max(time.gmtime(epoch)[:6], (1980, 1, 1, 0, 0, 0))
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
    for file in sorted((parent / name).rglob("*")):
        if file.is_file():
            entry = zipfile.ZipInfo(file.relative_to(parent).as_posix(), date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (file.stat().st_mode & 0xFFFF) << 16
            packed.writestr(entry, file.read_bytes())
