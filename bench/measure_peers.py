#!/usr/bin/env python3
"""Runs other scanners and Assay over one labelled set, and prints a table.

    bench/measure_peers.py DIR [--family pickle] [--origin REGEX]

DIR holds labels.tsv (columns path, label, family, format_or_technique, origin, ...) and the files that it names. The other scanners are imported: put the
clones of picklescan (src), fickling and modelscan, and what they need, on PYTHONPATH; one that cannot be imported is left out of the table. They read
files in a child process each, with a limit of 15 seconds. Nothing is unpickled.
"""
import argparse, csv, importlib.util, json, os, re, signal, subprocess, sys, zipfile

LIMIT = 15


def picklescan(strict):
    from picklescan.scanner import scan_file_path
    return lambda path: scan_file_path(path, strict=strict).infected_files > 0


def fickling():
    from fickling.loader import scan_file, scan_zip_archive

    def run(path):
        # As its own scan of a hub does: a zip by its members, anything else as a pickle.
        if zipfile.is_zipfile(path):
            return any(not r.is_safe for r in scan_zip_archive(path, graceful=True).values())
        return not scan_file(path, graceful=True).is_safe
    return run


def modelscan():
    from modelscan.modelscan import ModelScan

    def run(path):
        scanner = ModelScan()
        scanner.scan(path)
        return bool(scanner.issues.all_issues)
    return run


PEERS = {
    "picklescan": ("picklescan", lambda: picklescan(False)),
    "picklescan --strict": ("picklescan", lambda: picklescan(True)),
    "fickling, its API": ("fickling", fickling),
    "modelscan": ("modelscan", modelscan),
}


def in_child(run, path):
    """True where it flags, False where it does not, None where it fails or does not end."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        signal.alarm(LIMIT)
        try:
            os._exit(1 if run(path) else 0)
        except BaseException:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {0: False, 1: True}.get(code)


def assay(program, paths):
    found = {}
    for at in range(0, len(paths), 500):
        lines = subprocess.run([program, "scan", "--format", "jsonl", "--no-progress", "--no-policy", "--", *paths[at:at + 500]], stdout=subprocess.PIPE, check=False).stdout
        for line in lines.splitlines():
            target = json.loads(line).get("target")
            if target:
                found[target["path"]] = target["verdict"]
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dir")
    arguments.add_argument("--family", default="pickle")
    arguments.add_argument("--origin", default=".", help="only files whose origin matches")
    arguments.add_argument("--assay", default=os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "assay"), help="the program")
    given = arguments.parse_args()
    with open(os.path.join(given.dir, "labels.tsv"), encoding="utf-8") as labels:
        rows = [r for r in csv.DictReader(labels, delimiter="\t") if r["family"] == given.family and r["label"] in ("malicious", "benign") and re.search(given.origin, r["origin"])]
    paths = {r["path"]: os.path.join(given.dir, r["path"]) for r in rows}
    results = {}
    for name, (module, load) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name}: cannot be imported, left out", file=sys.stderr)
            continue
        run = load()
        results[name] = {r["path"]: in_child(run, paths[r["path"]]) for r in rows}
    verdicts = assay(given.assay, list(paths.values()))
    results["assay"] = {p: None if verdicts.get(full) is None else verdicts[full] in ("malicious", "suspicious") for p, full in paths.items()}

    print(f"{sum(r['label'] == 'malicious' for r in rows)} malicious, {sum(r['label'] == 'benign' for r in rows)} benign")
    print("| scanner | malicious flagged | without the scanner's own test files | benign flagged | failed or did not end |\n|---|---|---|---|---|")
    for name, flagged in results.items():
        own = name.split()[0].rstrip(",")

        def share(label, without=""):
            of = [flagged[r["path"]] is True for r in rows if r["label"] == label and not (without and f"/{without}@" in r["origin"])]
            return f"{sum(of)} of {len(of)} ({100 * sum(of) / max(1, len(of)):.1f} %)"
        print(f"| {name} | {share('malicious')} | {share('malicious', own)} | {share('benign')} | {sum(v is None for v in flagged.values())} |")


if __name__ == "__main__":
    main()
