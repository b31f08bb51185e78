#!/bin/sh
# Validates SARIF files with the SARIF SDK's own validator (npm's @microsoft/sarif-multitool), errors only.
# Usage: tests/sarif-validate.sh FILE...      The tool is installed into SARIF_MULTITOOL_DIR, or a temporary directory.
set -eu
if [ $# -eq 0 ]; then
    set -- "$(dirname "$0")/Assay.Tests/Reports/Golden/everything.sarif"
fi
command -v npm >/dev/null || { echo "sarif-validate: npm is needed" >&2; exit 3; }
work=${SARIF_MULTITOOL_DIR:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
if [ ! -d "$work/node_modules/@microsoft/sarif-multitool" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work" @microsoft/sarif-multitool@5.7.0 >/dev/null
fi
# The tool is built for an older .NET and runs on a newer one when it may.
export DOTNET_ROLL_FORWARD=Major
status=0
for file in "$@"; do
    out="$work/validation.sarif"
    rm -f "$out"
    (cd "$work" && npx --no-install sarif-multitool validate "$(cd "$OLDPWD" && realpath "$file")" --output "$out" --log ForceOverwrite --rule-kind Sarif) >"$work/log" 2>&1 || true
    if [ ! -f "$out" ]; then
        cat "$work/log" >&2
        exit 3
    fi
    node -e '
        const results = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8").replace(/^\uFEFF/, "")).runs.flatMap(r => r.results || []);
        const wrong = results.filter(r => (r.level || "warning") === "error");
        for (const r of results) console.log(`${r.level || "warning"} ${r.ruleId}: ${JSON.stringify(r.message)} ${r.locations?.[0]?.physicalLocation?.region?.startLine ?? ""}`);
        console.log(`${process.argv[2]}: ${wrong.length} errors, ${results.length - wrong.length} remarks`);
        process.exit(wrong.length ? 1 : 0);' "$out" "$file" || status=1
done
exit $status
