// joblib writes array bytes into the stream; a plain opcode walk stops at the first dot among them.
// https://huggingface.co/EnigmaConsultant/huntr-poc-joblib-stopbyte
// https://huggingface.co/aisecre/joblib-numpy-inline-bytes-scanner-bypass
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class JoblibArraysHideOpcodes
{
    [Fact]
    public void T084_WhatFollowsTheArrayIsTold() => Malicious(
        "callable-command-execution",
        PickleOf(List(NumpyFiles.JoblibArray([.. "..............R."u8]), Payload), 4),
        "model.joblib");

    [Fact]
    public void T084_WhatFollowsSeveralArraysIsTold() => Malicious(
        "callable-command-execution",
        PickleOf(List(Enumerable.Range(0, 50).Select(i => (object?)NumpyFiles.JoblibArray([.. Enumerable.Repeat((byte)('.' + i), 64)])).Append(Payload).ToArray()), 4),
        "model.joblib");

    [Fact]
    public void T086_AnArrayOfObjectsIsReadAsThePickleItIs() => Malicious(
        "callable-command-execution",
        PickleOf(List(NumpyFiles.JoblibArray(PayloadPickle, "O8", Tuple(1)), 1), 4),
        "model.joblib");
}
