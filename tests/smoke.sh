#!/usr/bin/env bash
# Tries the program as users get it: published ahead of time, one file, run on the samples. One line for each thing tried.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
program=artifacts/assay/assay
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

try() {
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then echo "ok $what"; else echo "not ok $what"; sed 's/^/    /' "$work/said" | head -20; fi
}

# exits CODE COMMAND...: the command ends with that code.
exits() {
    local want=$1 code
    shift
    "$@"
    code=$?
    [ "$code" -eq "$want" ] || { echo "exit code $code, not $want: $*"; return 1; }
}

json() {
    exits 1 "$program" scan samples --format json >"$work/report.json" || return 1
    python3 - "$work/report.json" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
assert report["schema"] == "assay.scan/1", report["schema"]
assert report["verdict"] == "malicious", report["verdict"]
seen = {t["path"].replace("\\", "/").split("samples/")[-1]: t["verdict"] for t in report["targets"]}
for line in open("samples/expected.tsv", encoding="ascii").read().splitlines()[1:]:
    name, verdict = line.split("\t")
    assert seen.get(name) == verdict, (name, verdict, seen.get(name))
PYTHON
}

same_twice() {
    "$program" scan samples --format json >"$work/first"
    "$program" scan samples --format json --jobs 1 >"$work/second"
    cmp "$work/first" "$work/second"
}

# Facts are written and read without reflection; a text with half of a surrogate pair and a NUL comes through.
judges_facts() {
    cp -r samples "$work/judged" || return 1
    printf '\x80\x04\x8c\x02os\x8c\x06system\x93X\x06\x00\x00\x00a\x00\xed\xa0\x80b\x85R.' >"$work/judged/surrogate.pkl"
    exits 1 "$program" scan "$work/judged" --facts "$work/facts" --format json >"$work/scanned" || return 1
    exits 1 "$program" judge "$work/facts" --format json >"$work/judged.json" || return 1
    cmp "$work/scanned" "$work/judged.json" || return 1
    grep -qi 'ufdd0d800' "$work/facts" || { echo "the half of a surrogate pair is not in the facts"; return 1; }
    head -c -1 "$work/facts" | head -n -1 >"$work/cut"
    exits 4 "$program" judge "$work/cut"
}

sarif() {
    exits 1 "$program" scan samples --format sarif >"$work/report.sarif" || return 1
    tests/sarif-validate.sh "$work/report.sarif"
}

bill_of_materials() {
    exits 1 "$program" scan samples --format cyclonedx >"$work/report.cdx.json" || return 1
    tests/cyclonedx-validate.sh "$work/report.cdx.json"
}

# What is written without reflection: quarantine, decisions, certificates, advisories.
advisory() {
    exits 0 "$program" report samples/hostile/nullifai_twin.pt -o "$work/advisory" || return 1
    tests/advisory-validate.sh "$work/advisory"
}

# In a shell of its own: what is decided here is no word on the same bytes later.
decides() (
    export ASSAY_HOME=$work/home
    cp samples/hostile/nullifai_twin.pt "$work/decided.pt" || return 1
    exits 0 "$program" verify "$work/decided.pt" --decide allow --reason "a canary" --until 2999-01-01 || return 1
    exits 0 "$program" scan "$work/decided.pt" || return 1
    exits 0 "$program" quarantine "$work/decided.pt" || return 1
    exits 0 "$program" quarantine restore "$work/decided.pt" || return 1
    cmp samples/hostile/nullifai_twin.pt "$work/decided.pt" || return 1
    exits 0 "$program" scan samples/good/state_dict.pt --certificate "$work/certificate.json" || return 1
    exits 0 "$program" certificate check "$work/certificate.json" samples/good/state_dict.pt || return 1
    exits 0 "$program" sign samples/good -o "$work/model.sig" || return 1
    exits 0 "$program" verify-signature samples/good --signature "$work/model.sig"
)

from_standard_input() { exits 1 "$program" scan - <samples/hostile/nullifai_twin.pt; }

one_file() { [ "$(find artifacts/assay -type f | wc -l)" -eq 1 ]; }

# How many pages a start touches says what it does, and is the same on a busy machine; bench/ measures the time. It is about 420 for the help and 2200 for a
# scan of a small file: tables that are made at every start show here.
starts_quickly() {
    python3 - "$program" <<'PYTHON'
import resource, subprocess, sys
for most, arguments in [(900, ["--help"]), (4400, ["scan", "samples/hostile/nullifai_twin.pt"])]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    subprocess.run([sys.argv[1], *arguments], stdout=subprocess.DEVNULL)
    pages = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - before
    assert pages < most, (arguments, pages)
    print(arguments, pages)
PYTHON
}

# A fresh copy of the script on a machine without .NET: one sentence that names it, and the code for a wrong use.
without_dotnet() {
    mkdir -p "$work/bin" "$work/copy"
    local tool
    for tool in bash find mkdir readlink cat flock rm sleep; do ln -s "$(command -v "$tool")" "$work/bin/" 2>/dev/null; done
    cp assay "$work/copy/"
    env -i PATH="$work/bin" bash "$work/copy/assay" --help >"$work/out" 2>"$work/err"
    [ $? -eq 4 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q 'NET' "$work/err"
}

# The script itself, when there is nothing to build, must cost next to nothing.
second_run_is_quiet() { ./assay --help 2>"$work/err" >/dev/null; [ ! -s "$work/err" ]; }

if ! command -v gcc >/dev/null 2>&1 && ! command -v clang >/dev/null 2>&1; then
    echo "skipped everything: there is no C compiler, and the native build links with one"
    if [ -n "${SARIF_TOOLS_DIR:-}" ]; then
    try "converted samples open in another reader of safetensors" converted
else
    echo "skipped another reader of safetensors: it is not installed"
fi
echo "done"
    exit
fi

ASSAY_BUILD=native ./assay --help >"$work/said" 2>&1
try "publishes ahead of time as one file" one_file
converted() {
    mkdir "$work/converted"
    for sample in state_dict.pt state_dict_legacy.pt weights.npy weights.npz; do
        "$program" convert "samples/good/$sample" -o "$work/converted/$sample.safetensors" >/dev/null || return 1
    done
    tests/safetensors-validate.sh "$work"/converted/*.safetensors
}

try "./assay --help ends with 0" exits 0 ./assay --help
try "starts quickly" starts_quickly
try "a second ./assay builds nothing" second_run_is_quiet
try "./assay without .NET says so in one sentence" without_dotnet
try "good samples pass" exits 0 "$program" scan samples/good
try "hostile samples are found" exits 1 "$program" scan samples/hostile
try "JSON parses and says what expected.tsv says" json
try "two scans say the same, byte for byte" same_twice
try "facts judged again give the same report, byte for byte" judges_facts
try "what is decided, quarantined, certified and signed holds" decides
try "standard input is scanned" from_standard_input
try "a missing path is an unread input" exits 2 "$program" scan "$work/nothing-here"
try "an empty folder is nothing to scan" bash -c 'mkdir "$1/empty"; "$2" scan "$1/empty"; [ $? -eq 3 ]' - "$work" "$program"
try "an unknown option is a usage error" exits 4 "$program" scan --no-such-option samples
# Where bubblewrap by itself gives an unprivileged user no box, there is nothing to try; where it does, ours must work.
plain_box() {
    local drop=
    [ "$(id -u)" -eq 0 ] && drop="/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --no-new-privs --"
    [ -x /usr/bin/python3 ] && (cd / && $drop /usr/bin/bwrap --unshare-all --die-with-parent --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp /bin/true) 2>/dev/null
}
if plain_box; then
    try "a good sample is loaded in the box" exits 0 "$program" detonate samples/good/plain_protocol4.pkl
    try "a hostile sample shows in the box what it does" exits 1 "$program" detonate samples/hostile/os_system_reduce.pkl
else
    echo "skipped test loads: bubblewrap or python3 is missing, or an unprivileged user may not make a box"
fi
if [ -x tests/sarif-validate.sh ] && [ -n "${SARIF_TOOLS_DIR:-}" ]; then
    try "SARIF validates" sarif
    try "CycloneDX validates" bill_of_materials
    try "OSV and CSAF validate" advisory
else
    echo "skipped SARIF validation: its validators are not installed"
fi
if [ -n "${SARIF_TOOLS_DIR:-}" ]; then
    try "converted samples open in another reader of safetensors" converted
else
    echo "skipped another reader of safetensors: it is not installed"
fi
echo "done"
