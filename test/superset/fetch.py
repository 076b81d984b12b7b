"""Debian's source packages, fetched by apt into a directory of our own.

The machine's package sources and lists stay untouched: a private source list with a deb-src line for each Debian archive that
the machine installs from is used instead. dpkg-source then unpacks and patches.
"""
import os
import shutil
import subprocess

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class CannotFetch(Exception):
    pass


def run(arguments, **how):
    try:
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, **how)
    except subprocess.TimeoutExpired:
        raise CannotFetch(f"{' '.join(arguments)}: no answer in 300 seconds")
    if done.returncode:
        raise CannotFetch(f"{' '.join(arguments)}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def apt_get(place, *arguments, **how):
    """apt-get with lists and a cache of its own below `place`."""
    return run(["apt-get", "-q", "-o", "Dir::State::Lists=" + place + "/lists", "-o", "Dir::Cache=" + place + "/cache",
                "-o", "APT::Sandbox::User=", "-o", "APT::Update::Error-Mode=any",
                "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30", *arguments], **how)


def targets(*options):
    """(URI, CODENAME) of each place of Debian's own archive, but for those of updates, which need not have the same sources."""
    out = run(["apt-get", *options, "indextargets", "--format", "$(LABEL)|$(COMPONENT)|$(REPO_URI)|$(CODENAME)", "Created-By: Packages"])
    found = []
    for line in out.splitlines():
        label, component, uri, codename = line.split("|")
        if label == "Debian" and component == "main" and "-" not in codename and (uri, codename) not in found:
            found.append((uri, codename))
    return found


def archives(place):
    found = targets()
    if not found:
        # This machine has not asked for the lists yet.
        apt_get(place, "update")
        found = targets("-o", "Dir::State::Lists=" + place + "/lists")
    if not found:
        raise CannotFetch("this machine has no package source labelled Debian")
    return found


class Archive:
    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        os.makedirs(self.directory + "/lists/partial", exist_ok=True)
        os.makedirs(self.directory + "/cache/archives/partial", exist_ok=True)
        with open(self.directory + "/sources.list", "w") as f:
            for uri, codename in archives(self.directory):
                f.write(f"deb-src [signed-by={KEYRING}] {uri} {codename} main\n")
        self.updated = False

    def apt_get(self, *arguments, **how):
        return apt_get(self.directory, "-o", "Dir::Etc::sourcelist=" + self.directory + "/sources.list",
                       "-o", "Dir::Etc::sourceparts=/dev/null", *arguments, **how)

    def unpack(self, package, target):
        """Puts the patched sources into `target`, from what was fetched before if that is still there."""
        shutil.rmtree(target, ignore_errors=True)
        fetched = os.path.join(self.directory, "fetched", package)
        complete = fetched + "/complete"
        if not os.path.exists(complete):
            shutil.rmtree(fetched, ignore_errors=True)
            os.makedirs(fetched)
            if not self.updated:
                self.apt_get("update")
                self.updated = True
            self.apt_get("source", "--download-only", package, cwd=fetched)
            open(complete, "w").close()
        description, = [f for f in os.listdir(fetched) if f.endswith(".dsc")]
        run(["dpkg-source", "--no-check", "-x", description, os.path.abspath(target)], cwd=fetched)
