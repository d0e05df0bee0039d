"""What a learner does by hand, and what Anki itself says of a collection."""

from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest


def import_by_hand(collection, path):
    """As Anki's menu does, with all that its window offers."""
    options = ImportAnkiPackageOptions(
        merge_notetypes=True, with_scheduling=True, with_deck_configs=True
    )
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options))


def check(collection):
    """What is wrong with the database, and with the media."""
    problems, is_sound = collection.fix_integrity()
    media = collection.media.check()
    return {
        "sound": is_sound,
        "database": problems,
        "missing": sorted(media.missing),
        "unused": sorted(media.unused),
    }
