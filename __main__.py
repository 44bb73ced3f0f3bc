"""The program: every project of the manifest, in Sentry and in the apps that report to it."""

from pathlib import Path

import pulumi

from components.fleet import Fleet
from components.monitored_project import MonitoredProject
from watchpost.errors import WatchpostError
from watchpost.manifest import load_manifest

try:
    manifest = load_manifest(Path(pulumi.Config().get("manifest") or "projects.yaml"))
    fleet = Fleet(manifest)
    for root in dict.fromkeys(entry.root for entry in manifest.entries):
        MonitoredProject(root, fleet).export()
except WatchpostError as error:
    # The engine prints such an error without a traceback.
    raise pulumi.RunError(str(error)) from None
