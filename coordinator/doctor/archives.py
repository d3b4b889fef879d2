"""The archive: its manifest can be read, and its parts are there."""

from coordinator.doctor.finding import Finding, failure, ok, warning


def look_at_archive(told: str | None, database: str) -> Finding:
    """What the manifest of the archive says, compared with the files that are there. They are not
    read.
    """
    from coordinator.archive.manifest import PARTS, Manifest
    from coordinator.archive.place import PlaceError, archive_url, open_place

    url = archive_url(told, database)
    if url is None:
        return ok("archive", "off")
    try:
        place = open_place(url)
        manifest = Manifest(place)
        parts, there = manifest.parts(), set(place.names(PARTS))
    except (PlaceError, OSError) as error:
        return failure(
            "archive", str(error), "mend OUTSCOPE_ARCHIVE, or the rights of this user there"
        )
    missing = [part.file for part in parts if part.file not in there]
    if missing or manifest.broken:
        count = (
            f"{len(missing)} parts are missing and {len(manifest.broken)} entries of its manifest"
            " are damaged"
        )
        first = (missing or manifest.broken)[0]
        return failure(
            "archive",
            f"{place.told}: {count}; the first is {first}",
            "put them right from a copy: outscope archive --restore COPY_DIR",
        )
    if not parts:
        return ok("archive", f"{place.told}: nothing is archived yet")
    rows, size = sum(part.rows for part in parts), sum(part.bytes for part in parts)
    strays = len(there) - len(parts)
    if strays > 0:
        said = f"{place.told}: {strays} files belong to no entry of the manifest"
        return warning(
            "archive", said, "the coordinator removes them; an archiving was interrupted"
        )
    return ok(
        "archive", f"{place.told}: {len(parts):,} parts, {rows:,} results, {size / 1e6:,.1f} MB"
    )
