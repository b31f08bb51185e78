#!/bin/sh
# Validates advisories: OSV by its schema (tests/advisories) with ajv, CSAF 2.0 by schema and all mandatory tests with npm's @secvisogram/csaf-validator-lib.
# Usage: tests/advisory-validate.sh FOLDER...     A folder is what assay report writes. The tools are installed into SARIF_TOOLS_DIR, or a temporary directory.
set -eu
command -v npm >/dev/null || { echo "advisory-validate: npm is needed" >&2; exit 3; }
schemas=$(cd "$(dirname "$0")/advisories" && pwd)
work=${SARIF_TOOLS_DIR:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
if [ ! -d "$work/node_modules/@secvisogram/csaf-validator-lib" ] || [ ! -d "$work/node_modules/ajv" ]; then
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" @secvisogram/csaf-validator-lib@2 ajv@8 >/dev/null
fi
status=0
for folder in "$@"; do
    folder=$(realpath "$folder")
    (cd "$work" && node --input-type=module -e '
        import fs from "fs";
        import Ajv from "ajv/dist/2020.js";
        import validate from "@secvisogram/csaf-validator-lib/validate.js";
        import * as basic from "@secvisogram/csaf-validator-lib/basic.js";
        const read = name => JSON.parse(fs.readFileSync(name, "utf8"));
        const [folder, schemas] = process.argv.slice(1);
        const ajv = new Ajv.default({ strict: false, allErrors: true, validateFormats: false });
        const check = ajv.compile(read(`${schemas}/osv-1.7.schema.json`));
        const errors = check(read(`${folder}/advisory.osv.json`)) ? [] : check.errors.map(e => `osv: ${e.instancePath} ${e.message}`);
        const csaf = await validate(Object.values(basic), read(`${folder}/advisory.csaf.json`));
        for (const test of csaf.tests) errors.push(...test.errors.map(e => `csaf ${test.name}: ${e.instancePath} ${e.message}`));
        if (!csaf.isValid && errors.length === 0) errors.push("csaf: it is not valid");
        for (const e of errors) console.log(`error ${e}`);
        console.log(`${folder}: ${errors.length} errors, ${csaf.tests.length} tests of CSAF`);
        process.exit(errors.length ? 1 : 0);' "$folder" "$schemas") || status=1
done
exit $status
