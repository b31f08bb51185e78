// Two callables that picklescan only calls suspicious make any function out of texts.
// https://github.com/mmaitre314/picklescan/issues/66
// https://huggingface.co/xry6/huntr-picklescan-bypass-poc
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ImportModuleWithGetattrStatic
{
    [Fact]
    public void T025_ImportModuleAndGetattrStaticAreTold() =>
        MaliciousValue("callable-import", CallOn(Call("inspect", "getattr_static", Call("importlib", "import_module", "os"), "system"), "id"));

    [Fact]
    public void WhatTheyMakeIsToldWhereItIsCalled() =>
        MaliciousValue("callable-command-execution", CallOn(Call("builtins", "getattr", Call("importlib", "import_module", "os"), "system"), "id"));
}
